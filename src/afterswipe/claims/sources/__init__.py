"""Of every claim where it comes from, what else is known of it, and its history: nothing that a run needs."""

import json
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from afterswipe.claims.catalogue import Rule, read, rule, rules


@dataclass(frozen=True)
class Source:
    """Where a claim comes from. `quote` has the source's exact words, or none where none were taken down."""

    type: str
    title: str
    publisher: str
    url: str
    retrieved: date
    quote: str = ""
    supports: str = "yes"


@dataclass(frozen=True)
class Change:
    """An entry of a claim's history."""

    date: date
    change: str
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Claim(Rule):
    """One sentence that can be cited, with everything that is known about how it is known."""

    statement: str
    kind: str
    mechanism: str
    change_our_mind: str
    review_by: date
    history: tuple[Change, ...]
    since_precision: str = "exact"
    conditions: tuple[str, ...] = ()
    derived_from: tuple[str, ...] = ()
    refuted_by: tuple[str, ...] = ()
    superseded_by: str = ""
    demonstrated_by: tuple[str, ...] = ()
    note: str = ""
    source: tuple[Source, ...] = ()


@cache
def get(claim_id: str) -> Claim:
    """The claim with this id. Raises ClaimError where there is none."""
    known = rule(claim_id)
    return Claim(**{"statement": known.statement} | vars(known), **_more(_sources()[claim_id]))


def every() -> list[Claim]:
    """All claims, sorted by id."""
    return [get(claim_id) for claim_id in rules()]


@cache
def _sources() -> dict[str, dict[str, Any]]:
    return dict(json.loads(read("sources/sources.json")))


def _more(plain: dict[str, Any]) -> dict[str, Any]:
    lists = {key: tuple(value) for key, value in plain.items() if isinstance(value, list)}
    history = tuple(Change(**_dated(entry, "date")) for entry in plain["history"])
    source = tuple(Source(**_dated(entry, "retrieved")) for entry in plain.get("source", ()))
    return _dated(plain, "review_by") | lists | {"history": history, "source": source}


def _dated(plain: dict[str, Any], key: str) -> dict[str, Any]:
    return plain | {key: date.fromisoformat(plain[key])}
