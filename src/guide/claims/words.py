"""How the parts of a claim are said: its number, its publisher, its status. The pages, twins and index share these words."""

import re
from collections.abc import Iterable
from datetime import date

from markupsafe import Markup, escape

from afterswipe.claims.catalogue import Value
from afterswipe.claims.sources import Claim, Source

from .schema import MECHANISMS

TYPES = {
    "doc": "Documentation",
    "header": "SDK header",
    "release-note": "Release notes",
    "wwdc": "WWDC session",
    "forum": "Forum thread",
    "issue": "Issue of a project",
    "measurement": "Measurement",
    "article": "Article",
    "vendor-page": "Page of a vendor",
}
"""The types of sources, as written for readers."""

SUPPORTS = {"yes": "supports it", "partly": "supports a part of it", "contradicts": "contradicts it"}
"""What a source does to a claim."""

STATUS_WORDS = {
    "superseded": "superseded",
    "disputed": "disputed",
    "retracted": "retracted",
    "refuted": "wrong",
    "unverified": "not verified",
}
"""The word for every status but `current`, which needs none."""

_BOUNDS = {"typical": "about ", "upper": "at most ", "lower": "at least ", "exact": "exactly "}
_UNITS = {
    "s": "second",
    "ms": "millisecond",
    "min": "minute",
    "h": "hour",
    "d": "day",
    "year": "year",
    "byte": "byte",
    "point": "point",
    "count": "",
    "share": "",
    "Mbit/s": "Mbit/s",
    "per-hour": "per hour",
    "per-day": "per day",
}
UNITS = tuple(_UNITS)
"""The units that a value may have."""

_ANSWER = re.compile(r"^What is so(?: instead)?: ")


def number(value: Value) -> str:
    """A value in words: "about 30 seconds", "at most 4,096 bytes"."""
    unit = _UNITS.get(value.unit, value.unit)
    if value.quantity != 1 and unit and not unit.startswith(("per ", "M")):
        unit += "s"
    return f"{_BOUNDS[value.bound]}{value.quantity:,} {unit}".rstrip()


def whose_words(source: Source) -> str:
    """Whose words a quote has: Apple's, an Apple engineer's, or the publisher's."""
    if source.publisher == "Apple":
        return "Apple's words"
    if source.publisher.startswith("Apple ("):
        return "An Apple engineer's words"
    if source.publisher == "Apple Developer Forums":
        return "A developer's words"
    return f"{source.publisher}'s words"


def plain(text: str) -> str:
    """A statement without the backticks around code, for places that show no code."""
    return text.replace("`", "")


def marked_up(text: str) -> Markup:
    """A statement as HTML: what stands between backticks is code."""
    code = Markup("<code>{}</code>")
    parts = (code.format(part) if place % 2 else escape(part) for place, part in enumerate(text.split("`")))
    return Markup("").join(parts)


def answer(claim: Claim) -> str:
    """For a refuted claim: what is so instead, from its note; empty where the note does not say it."""
    said = _ANSWER.sub("", claim.note)
    return said[:1].upper() + said[1:] if said != claim.note else ""


def warning(claim: Claim) -> str:
    """What has to be said before the sentence of a claim that is not current, as in "Wrong: …"; else empty."""
    word = STATUS_WORDS.get(claim.status, "")
    return word[:1].upper() + word[1:]


def last_checked(claim: Claim) -> date:
    """The latest day on which somebody looked at the claim or at one of its sources."""
    return max([*(source.retrieved for source in claim.source), *(change.date for change in claim.history)])


def overdue(claim: Claim, today: date) -> bool:
    """Whether the day of the next review has passed. On the day itself there is still time."""
    return claim.review_by < today


def day(when: date) -> str:
    """A date as people write it: 21 November 2026."""
    return f"{when.day} {when:%B %Y}"


def by_mechanism(claims: Iterable[Claim]) -> dict[str, list[Claim]]:
    """The claims of each mechanism, in the order of the list of mechanisms; mechanisms without claims left out."""
    found: dict[str, list[Claim]] = {mechanism: [] for mechanism in MECHANISMS}
    for claim in claims:
        found[claim.mechanism].append(claim)
    return {mechanism: group for mechanism, group in found.items() if group}
