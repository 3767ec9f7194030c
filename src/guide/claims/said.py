"""A claim's words, made once: page, card, popover, index, feed and JSON all show these strings."""

import re
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from afterswipe.claims.sources import Claim

from . import words
from .axis import versions
from .schema import EVIDENCE, MECHANISMS

STATUS_SENTENCES = {
    "refuted": "This is wrong.",
    "retracted": "Withdrawn: this guide no longer says this.",
    "superseded": "This has a successor.",
    "disputed": "Sources disagree.",
    "unverified": "Not verified.",
}
"""What has to be read before the sentence of a claim that does not stand."""


@dataclass(frozen=True)
class Said:
    """All that is said of one claim wherever its sentence stands. A part that a claim does not have is empty."""

    id: str
    statement: str
    statement_html: Markup
    sentence_html: Markup
    badge: str
    evidence_key: str
    status_key: str
    status: str
    warning: str
    first: str
    answer: str
    answer_first: str
    versions: str
    number: str
    mechanism: str
    title: str
    description: str

    def to_json(self) -> dict[str, str]:
        """What the page script shows beside the claim's own fields."""
        return {
            "warning": self.warning,
            "first": self.first,
            "answer": self.answer_first,
            "versions": self.versions,
            "number": self.number,
        }


def said(claim: Claim, today: date | None = None) -> Said:
    """The words of a claim. `today` decides whether it says that its review is due."""
    statement = words.plain(claim.statement)
    warning = words.warning(claim)
    answer = words.answer(claim)
    title = f"{warning}: {statement}" if warning else statement
    first = STATUS_SENTENCES.get(claim.status, "")
    if not first and today and words.overdue(claim, today):
        first = f"A review was due by {words.day(claim.review_by)}."
    return Said(
        id=claim.id,
        statement=statement,
        statement_html=words.marked_up(claim.statement),
        sentence_html=words.marked_up(claim.statement.removesuffix(".")),
        badge=EVIDENCE[claim.evidence],
        evidence_key=claim.evidence,
        status_key=claim.status,
        status=words.STATUS_WORDS.get(claim.status, ""),
        warning=warning,
        first=first,
        answer=answer,
        answer_first=_first_sentence(answer) if claim.status == "refuted" else "",
        versions=versions(claim),
        number=words.number(claim.value) if claim.value else "",
        mechanism=MECHANISMS[claim.mechanism],
        title=title,
        description=f"{warning}. {words.plain(answer)}" if warning and answer else title,
    )


def _first_sentence(text: str) -> str:
    found = re.match(r".+?[.;](?=\s|$)", text.replace("`", ""), re.DOTALL)
    return found[0].replace(";", ".") if found else text
