"""What a claim's page says before its sentence: that it is wrong, withdrawn, in dispute, unknown, or long not looked at."""

from collections.abc import Callable
from datetime import date
from html import escape

from afterswipe.claims.sources import Claim

from . import words as claim_words
from .links import Links


def banners(claim: Claim, links: Links, today: date) -> str:
    """All banners of a claim's page as HTML, the gravest first; empty where the claim stands and is up to date."""
    made = _BY_STATUS[claim.status](claim, links) if claim.status in _BY_STATUS else ""
    if claim.kind == "gap":
        made += _gap(claim)
    if claim_words.overdue(claim, today):
        made += _overdue(claim, today)
    return made


def _banner(kind: str, lead: str, rest: str) -> str:
    return f'<div class="claim-banner claim-banner-{kind}" role="note"><p><strong>{lead}</strong> {rest}</p></div>'


def _refuted(claim: Claim, links: Links) -> str:
    instead = claim_words.marked_up(claim_words.answer(claim)) or " ".join(
        claim_words.marked_up(links.claims[other].statement)
        for other in claim.refuted_by
        if other in links.claims
    )
    return _banner(
        "refuted",
        "This is wrong.",
        "The sentence below goes around; it does not hold. "
        f'<strong>What is so instead:</strong> {instead} See <a href="#refuted-by">what refutes it</a>.',
    )


def _superseded(claim: Claim, links: Links) -> str:
    return _banner(
        "superseded",
        "This has a successor.",
        f"Use {_to(claim.superseded_by, links)} instead. The old sentence stays here for those who cited it.",
    )


def _retracted(claim: Claim, links: Links) -> str:
    last = claim.history[-1]
    why = f" {escape(last.note)}" if last.note else ""
    successor = f" What is said now: {_to(claim.superseded_by, links)}." if claim.superseded_by else ""
    return _banner(
        "retracted",
        f"Withdrawn on {claim_words.day(last.date)}.",
        f"This guide no longer says this.{why}{successor} The sentence stays here for those who cited it.",
    )


def _disputed(_claim: Claim, _links: Links) -> str:
    return _banner(
        "disputed",
        "Sources disagree.",
        'Below are those that support the sentence and <a href="#sources">those that contradict it</a>. Quote it with that remark.',
    )


def _unverified(_claim: Claim, _links: Links) -> str:
    return _banner(
        "unverified",
        "Not verified.",
        'Its source was not read again for this entry, or is too thin to rest on; the <a href="#note">note</a> says which. Pass it on as a report, not as a fact.',
    )


def _gap(claim: Claim) -> str:
    return _banner(
        "gap",
        "Nobody knows.",
        f"At least, nothing was found in the places named below by {claim_words.day(claim_words.last_checked(claim))}. "
        'There is <a href="#test">a test that would tell</a>.',
    )


def _overdue(claim: Claim, today: date) -> str:
    checked = claim_words.last_checked(claim)
    days = (today - checked).days
    return _banner(
        "overdue",
        f"Last checked {days} days ago,",
        f'on <time datetime="{checked}">{claim_words.day(checked)}</time>. A review was due by {claim_words.day(claim.review_by)}; what it says may have changed since.',
    )


def _to(claim_id: str, links: Links) -> str:
    claim = links.claims.get(claim_id)
    words = claim_words.marked_up(claim.statement.removesuffix(".")) if claim else escape(claim_id)
    return f'<a href="../{escape(claim_id)}/">{words}</a>'


_BY_STATUS: dict[str, Callable[[Claim, Links], str]] = {
    "refuted": _refuted,
    "superseded": _superseded,
    "retracted": _retracted,
    "disputed": _disputed,
    "unverified": _unverified,
}
