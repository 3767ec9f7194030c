"""The rules catalogue: of every claim what a run needs, in one file. Sources, notes and history are in `claims.sources`."""

import json
from dataclasses import dataclass, replace
from functools import cache
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
    """One sentence that can be cited, from which version to which it holds, and how it is known: a row of the catalogue.

    `displaces` names the rules that do not hold where this one, a refuted belief, is supposed. `side` says of a dispute that a run can
    decide whether the sentence is the document's or the report's.
    """

    id: str
    statement: str
    evidence: str
    status: str = "current"
    since: str = ""
    until: str = ""
    value: Value | None = None
    side: str = ""
    displaces: tuple[str, ...] = ()


@cache
def rule(claim_id: str) -> Rule:
    """What a run needs of a claim. Raises ClaimError where there is none."""
    if (row := _rows().get(claim_id)) is None:
        file = f"src/afterswipe/claims/data/{claim_id}.toml"
        raise ClaimError(f"There is no claim {claim_id!r}. Its file would be {file}.")
    plain = Rule(*row)
    value: Any = plain.value
    return replace(plain, value=Value(*value) if value else None, displaces=tuple(plain.displaces))


@cache
def rules() -> dict[str, Rule]:
    """Every rule by its id, sorted. A run that asks for a few makes no others."""
    return {claim_id: rule(claim_id) for claim_id in _rows()}


@cache
def _rows() -> dict[str, list[Any]]:
    return {row[0]: row for row in json.loads(text_of("catalogue.json"))["rules"]}


def text_of(name: str) -> str:
    """A file that `compiling` makes: from the wheel, or in a checkout brought up to date with the TOML files."""
    if (_PACKAGE / "data").is_dir():
        from . import compiling

        return compiling.text_of(_PACKAGE, name)
    room, _, file = name.rpartition("/")  # a room may be an archive of its own, with its own loader
    data = get_data(f"{__package__}.{room}" if room else __package__, file)
    if data is None:
        raise ClaimError(f"The package has no {name}. Install it again.")
    return data.decode()
