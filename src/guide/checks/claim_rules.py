"""What a claim must rest on, one small rule each: its evidence, its sources, its relations, its history.

`RULES` has all rules about a claim, those about its text too (`guide.checks.claim_texts`). Rules that need other files
(the ledger, pages, snippets) are in `guide.checks.claims`.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from afterswipe.claims.sources import Claim, Source
from guide.claims.words import answer, overdue

from .claim_texts import (
    Finding,
    Place,
    Rule,
    banned_words,
    canonical_url,
    id_form,
    known_unit,
    limit_has_value,
    one_sentence,
    short_quotes,
    stands_alone,
    statement_length,
    version_form,
)

GRACE = timedelta(days=90)
"""How long a review may be overdue before the check fails. Until then the claim's page says so."""

MENTION = re.compile(r"\b[a-z0-9-]+(?:\.[a-z0-9-]+)+\b")
"""What may be the id of a claim inside a text."""

_NEEDED = {
    "normative": (("doc", "header", "release-note"), False),
    "vendor-statement": (("wwdc", "forum", "release-note"), True),
    "measured": (("measurement",), False),
}


def evidence_has_sources(claim: Claim, _all: Mapping[str, Claim], _today: date) -> Iterator[Finding]:
    """Every level has the sources that it requires, and a refuted claim a source that contradicts it."""
    if claim.status == "refuted":
        if not any(source.supports == "contradicts" for source in claim.source):
            yield (
                Place("status"),
                'A refuted claim needs the page that refutes it: a [[source]] with supports = "contradicts".',
            )
    elif claim.evidence in _NEEDED:
        types, by_apple = _NEEDED[claim.evidence]
        if not any(_fits(source, types, by_apple=by_apple) for source in claim.source):
            whose = " by Apple" if by_apple else ""
            yield (
                Place("evidence"),
                f'Evidence {claim.evidence} needs a [[source]] of type {" or ".join(types)}{whose} with supports = "yes". Add it, or take a lower level.',
            )
    elif claim.evidence in {"reported", "opinion", "not-found"} and not claim.source:
        yield (
            Place("evidence"),
            f"Evidence {claim.evidence} needs a [[source]]: who said it, or where it was looked for. Add it.",
        )


def reports_are_counted(claim: Claim, _all: Mapping[str, Claim], _today: date) -> Iterator[Finding]:
    """A report or a measurement says in its note who saw what, and an assumption why this number."""
    if claim.evidence in {"reported", "measured", "assumed"} and not claim.note:
        yield (
            Place("note"),
            f"Evidence {claim.evidence} needs a note: how many, with which device and build, or why this number. Write it.",
        )


def inferred_names_premises(claim: Claim, _all: Mapping[str, Claim], _today: date) -> Iterator[Finding]:
    """An inferred claim names what it follows from."""
    if claim.evidence == "inferred" and not claim.derived_from:
        yield (
            Place("derived_from"),
            "An inferred claim names its premises. Put the ids of the claims that it follows from into derived_from.",
        )


def refuted_names_refuters(claim: Claim, _all: Mapping[str, Claim], _today: date) -> Iterator[Finding]:
    """A refuted claim names the claims that refute it, and only a refuted claim does."""
    if (claim.status == "refuted") != bool(claim.refuted_by):
        yield (
            Place("refuted_by"),
            "Status `refuted` and refuted_by go together. Name the claims that refute this one, or correct the status.",
        )


def refuted_says_what_is_so(claim: Claim, _all: Mapping[str, Claim], _today: date) -> Iterator[Finding]:
    """The note of a refuted claim begins with the answer, for its page, its card and its preview show that."""
    if claim.status == "refuted" and not answer(claim):
        yield (
            Place("note"),
            'The note of a refuted claim begins with "What is so: " or "What is so instead: ". Begin it so.',
        )


def superseded_names_successor(claim: Claim, _all: Mapping[str, Claim], _today: date) -> Iterator[Finding]:
    """A superseded claim names its successor; a superseded or retracted one says why in its history."""
    if claim.status == "superseded" and not claim.superseded_by:
        yield Place("superseded_by"), "A superseded claim names its successor. Put its id into superseded_by."
    if claim.superseded_by and claim.status not in {"superseded", "retracted"}:
        yield (
            Place("superseded_by"),
            f"A claim with a successor is not {claim.status}. Set the status to superseded.",
        )
    if claim.displaces and claim.status != "refuted":
        yield Place("displaces"), "Only a refuted claim, a belief, displaces rules. Remove the key."
    if claim.status in {"superseded", "retracted"} and len(claim.history) < 2:
        yield (
            Place("history"),
            f"A claim that was {claim.status} says when and why. Add a [[history]] entry with a note.",
        )


def contradiction_shows(claim: Claim, _all: Mapping[str, Claim], _today: date) -> Iterator[Finding]:
    """A source that contradicts makes the claim disputed or refuted."""
    for number, source in enumerate(claim.source):
        if source.supports == "contradicts" and claim.status not in {
            "disputed",
            "refuted",
            "retracted",
            "superseded",
        }:
            yield (
                Place("supports", number),
                f"A source contradicts the claim, and its status is {claim.status}. Make it `disputed`, or `refuted` with refuted_by.",
            )


def gap_names_a_test(claim: Claim, _all: Mapping[str, Claim], _today: date) -> Iterator[Finding]:
    """A gap has evidence `not-found` and no other has; every claim says what would change our mind."""
    if (claim.kind == "gap") != (claim.evidence == "not-found"):
        yield Place("kind"), "Kind `gap` and evidence `not-found` go together. Correct one of the two."
    if not claim.change_our_mind.strip():
        yield (
            Place("change_our_mind"),
            "Say which observation would change our mind; for a gap the device test that would tell.",
        )


def relations_exist(claim: Claim, every: Mapping[str, Claim], _today: date) -> Iterator[Finding]:
    """Every id in a relation, and every id mentioned in a text of the claim, is the id of a claim."""
    successor = (claim.superseded_by,) if claim.superseded_by else ()
    for key, ids in (
        ("derived_from", claim.derived_from),
        ("refuted_by", claim.refuted_by),
        ("superseded_by", successor),
        ("displaces", claim.displaces),
    ):
        for other in ids:
            if other not in every:
                yield Place(key), f"There is no claim {other!r}. Correct the id, or write that claim."
    subjects = {claim_id.partition(".")[0] for claim_id in every}
    for key in ("note", "change_our_mind"):
        for other in MENTION.findall(getattr(claim, key)):
            if other not in every and other.partition(".")[0] in subjects:
                yield Place(key), f"The text mentions {other!r}, and there is no such claim. Correct the id."


def premises_stand(claim: Claim, every: Mapping[str, Claim], _today: date) -> Iterator[Finding]:
    """What a claim rests on has not fallen: no premise and no refuter is refuted, retracted or superseded."""
    if claim.status in {"superseded", "retracted"}:
        return
    for key, ids in (("derived_from", claim.derived_from), ("refuted_by", claim.refuted_by)):
        for other in ids:
            if other in every and every[other].status in {"refuted", "retracted", "superseded"}:
                yield (
                    Place(key),
                    f"{other} is {every[other].status}, so nothing can rest on it. Take its successor, or look at this claim again.",
                )


def no_cycles(claim: Claim, every: Mapping[str, Claim], _today: date) -> Iterator[Finding]:
    """No claim follows from itself, and no successor leads back."""
    for key in ("derived_from", "superseded_by"):
        seen: set[str] = set()
        waiting = _others(claim, key)
        while waiting:
            other = waiting.pop()
            if other == claim.id:
                yield Place(key), f"The claim comes back to itself by {key}. Break the circle."
                break
            if other not in seen and other in every:
                seen.add(other)
                waiting += _others(every[other], key)


def review_in_time(claim: Claim, _all: Mapping[str, Claim], today: date) -> Iterator[Finding]:
    """A review that is overdue is shown on the page; 90 days later the check fails."""
    if overdue(claim, today) and today > claim.review_by + GRACE:
        days = (today - claim.review_by).days
        yield (
            Place("review_by"),
            f"The review was due {days} days ago. Read the sources again, correct the claim, add a [[history]] entry and set review_by anew.",
        )


def history_in_order(claim: Claim, _all: Mapping[str, Claim], _today: date) -> Iterator[Finding]:
    """A history begins with the claim's creation and goes forward in time."""
    dates = [change.date for change in claim.history]
    if not dates or claim.history[0].change != "created" or dates != sorted(dates):
        yield (
            Place("history"),
            'The history begins with change = "created" and goes on by date. Add or sort its entries.',
        )


def _fits(source: Source, types: tuple[str, ...], *, by_apple: bool) -> bool:
    apple = source.publisher == "Apple" or source.publisher.startswith("Apple (")
    return source.supports == "yes" and source.type in types and (apple or not by_apple)


def _others(claim: Claim, key: str) -> list[str]:
    value = getattr(claim, key)
    return [value] if isinstance(value, str) and value else list(value)


RULES: dict[str, Rule] = {
    rule.__name__.replace("_", "-"): rule
    for rule in (
        id_form,
        one_sentence,
        statement_length,
        banned_words,
        stands_alone,
        limit_has_value,
        known_unit,
        version_form,
        evidence_has_sources,
        reports_are_counted,
        inferred_names_premises,
        refuted_names_refuters,
        refuted_says_what_is_so,
        superseded_names_successor,
        contradiction_shows,
        gap_names_a_test,
        relations_exist,
        premises_stand,
        no_cycles,
        short_quotes,
        canonical_url,
        review_in_time,
        history_in_order,
    )
}
"""Every rule about a claim by its name, which stands at the end of its messages."""
