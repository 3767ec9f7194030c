"""The feed of changes to claims (Atom): who cites a sentence learns when it is corrected."""

from collections.abc import Sequence
from pathlib import Path

from afterswipe.claims.sources import Change, Claim
from guide.templating import render

from . import words as claim_words
from .data import NAME, address
from .schema import EVIDENCE

FILE = "changes.xml"
MOST = 200
"""The newest entries only: a reader of feeds asks often, and the first day of a guide has hundreds."""


def feed(claims: Sequence[Claim], site_url: str) -> str:
    """The feed. Its dates are those of the claims' histories, so the same claims give the same bytes."""
    changes = [(change, number, claim) for claim in claims for number, change in enumerate(claim.history, 1)]
    changes.sort(key=lambda one: (one[0].date, one[1], one[2].id), reverse=True)
    newest = max((change.date for change, *_ in changes), default=None)
    entries = [_entry(change, number, claim, site_url) for change, number, claim in changes[:MOST]]
    base = site_url.rstrip("/")
    return render("changes.xml", name=NAME, base=base, file=FILE, newest=newest, entries=entries) + "\n"


def write(site: Path, claims: Sequence[Claim], site_url: str) -> Path:
    """Write the feed into the site."""
    path = site / FILE
    path.write_text(feed(claims, site_url), encoding="utf-8")
    return path


def _entry(change: Change, number: int, claim: Claim, site_url: str) -> dict[str, object]:
    words = f"{change.change}: {claim_words.plain(claim.statement)}"
    summary = f"{change.note} " if change.note else ""
    return {
        "title": words[:1].upper() + words[1:],
        "url": f"{address(claim.id, site_url)}#r{number}",
        "date": change.date,
        "summary": f"{summary}Claim {claim.id}, revision {number}, {EVIDENCE[claim.evidence]}.",
    }
