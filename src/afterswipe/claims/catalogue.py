"""The rules catalogue: what a run needs of every claim. Sentences and `claims.sources` are read apart."""

import json
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from pkgutil import get_data
from typing import Any

from afterswipe.errors import ClaimError

_PACKAGE = Path(__file__).parent


@dataclass(frozen=True)
class Value:
    """The number in a claim. `bound` says what kind of number: `exact`, `upper`, `lower` or `typical`."""

    quantity: float | int
    unit: str
    bound: str


@dataclass(frozen=True)
class Rule:
    """One sentence that can be cited, from which version to which it holds, and how it is known.

    `displaces` names the rules that do not hold where this one, a refuted belief, is supposed. `side` says of
    a dispute that a run can decide whether the sentence is the document's or the report's.
    """

    id: str
    evidence: str
    status: str = "current"
    since: str = ""
    until: str = ""
    value: Value | None = None
    side: str = ""
    displaces: tuple[str, ...] = ()

    @cached_property
    def statement(self) -> str:
        """The sentence. All are read when the first is asked for, which most runs never do."""
        return statements()[self.id]


@cache
def rule(claim_id: str) -> Rule:
    """What a run needs of a claim. Raises ClaimError where there is none."""
    if (row := _rows().get(claim_id)) is None:
        file = f"src/afterswipe/claims/data/{claim_id}.toml"
        raise ClaimError(f"There is no claim {claim_id!r}. Its file would be {file}.")
    evidence, status, since, until, value, side, displaces = row
    number = Value(*value) if value else None
    return Rule(claim_id, evidence, status, since, until, number, side, tuple(displaces))


@cache
def rules() -> dict[str, Rule]:
    """Every rule by its id, sorted. A run that asks for a few makes no others."""
    return {claim_id: rule(claim_id) for claim_id in _rows()}


@cache
def statements() -> dict[str, str]:
    """The sentence of every claim by its id."""
    import bz2

    return dict(zip(_rows(), bz2.decompress(read("statements.bz2")).decode().split("\n"), strict=True))


@cache
def _rows() -> dict[str, tuple[Any, ...]]:
    kept = json.loads(read("catalogue.json"))
    ids = [f"{group}.{name}" for group, names in kept["ids"].items() for name in names.split()]
    return dict(zip(ids, zip(*kept["columns"], strict=True), strict=True))


def read(name: str) -> bytes:
    """A file that `compiling` makes, without its first line: from the wheel, or as new as the TOML files."""
    if (_PACKAGE / "data").is_dir():
        from . import compiling

        return compiling.made(_PACKAGE, name).partition(b"\n")[2]
    room, _, file = name.rpartition("/")  # a room may be an archive of its own, with its own loader
    if (data := get_data(f"{__package__}.{room}" if room else __package__, file)) is None:
        raise ClaimError(f"The package has no {name}. Install it again.")
    return data.partition(b"\n")[2]
