"""What to do instead, for every claim that stops somebody: read from `instead.toml`, shown on the claim's page and on a page of its own."""

import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from afterswipe.claims.sources import Claim

from . import words
from .schema import MECHANISMS

FILE = Path(__file__).with_suffix(".toml")

STOPS = ("absence", "limit")
"""The kinds of claims that stop somebody."""

NOT_HERE = ("android", "model")
"""The model's own assumptions stop nobody, and the page on Android has its own remedies."""

_HEAD = """---
description: For each rule of iOS that stops an app, or limits it, a sentence with what to do. Background time, uploads, cards, pushes, intents.
audience: developers
search:
  boost: 0.4
---

<!-- Made by guide.claims.instead from instead.toml. Change that file, not this page. -->

# So do this instead

**Here is each rule of iOS that stops an app, with what to do about it.**

You know what does not work. Look it up below: first the rule with its source, then the remedy. Which of your plans stands here?

"""


@cache
def _data() -> dict[str, dict[str, str]]:
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


def remedies() -> dict[str, str]:
    """What to do instead, by the claim's id."""
    return _data()["instead"]


def needs_none() -> dict[str, str]:
    """Why a claim that looks like a rule needs no remedy, by its id."""
    return _data()["none"]


def stops(claim: Claim) -> bool:
    """Whether the claim stands and stops somebody."""
    stands = claim.status in ("current", "disputed", "unverified")
    return stands and claim.kind in STOPS and claim.mechanism not in NOT_HERE


def page(claims: Sequence[Claim]) -> str:
    """The page as Markdown, by mechanism."""
    lines = []
    for mechanism, group in words.by_mechanism([claim for claim in claims if claim.id in remedies()]).items():
        lines += [f"## {MECHANISMS[mechanism]} {{: #{mechanism} }}", ""]
        for claim in group:
            lines += [
                f"- {claim.statement}{{claim:{claim.id}}}",
                "",
                f"    **So:** {remedies()[claim.id]}",
                "",
            ]
    return _HEAD + "\n".join(lines)
