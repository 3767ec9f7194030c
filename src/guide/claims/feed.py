"""The feed of changes to claims (Atom): who cites a sentence learns when it is corrected."""

from collections.abc import Sequence
from html import escape
from pathlib import Path

from afterswipe.claims.sources import Change, Claim

from . import words as claim_words
from .data import NAME, address

FILE = "changes.xml"
MOST = 200
"""The newest entries only: a reader of feeds asks often, and the first day of a guide has hundreds."""


def feed(claims: Sequence[Claim], site_url: str) -> str:
    """The feed. Its dates are those of the claims' histories, so the same claims give the same bytes."""
    changes = [(change, number, claim) for claim in claims for number, change in enumerate(claim.history, 1)]
    changes.sort(key=lambda one: (one[0].date, one[1], one[2].id), reverse=True)
    base = site_url.rstrip("/")
    newest = max((change.date for change, *_ in changes), default=None)
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<feed xmlns="http://www.w3.org/2005/Atom">',
        f"<title>{NAME}: changes to claims</title>",
        f"<id>{escape(base)}/{FILE}</id>",
        f'<link rel="self" href="{escape(base)}/{FILE}"/>',
        f'<link href="{escape(base)}/claims/"/>',
        f"<author><name>The {NAME} authors</name></author>",
        *([f"<updated>{newest}T00:00:00Z</updated>"] if newest else []),
        *(_entry(change, number, claim, site_url) for change, number, claim in changes[:MOST]),
        "</feed>",
    ]
    return "\n".join(lines) + "\n"


def write(site: Path, claims: Sequence[Claim], site_url: str) -> Path:
    """Write the feed into the site."""
    path = site / FILE
    path.write_text(feed(claims, site_url), encoding="utf-8")
    return path


def _entry(change: Change, number: int, claim: Claim, site_url: str) -> str:
    url = f"{address(claim.id, site_url)}#r{number}"
    words = f"{change.change}: {claim_words.plain(claim.statement)}"
    summary = f"{change.note} " if change.note else ""
    return (
        f"<entry><title>{escape(words[:1].upper() + words[1:])}</title><id>{escape(url)}</id>"
        f'<link href="{escape(url)}"/><updated>{change.date}T00:00:00Z</updated>'
        f"<summary>{escape(f'{summary}Claim {claim.id}, revision {number}, {claim.badge}.')}</summary></entry>"
    )
