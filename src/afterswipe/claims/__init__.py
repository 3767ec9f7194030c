"""The facts as data: one claim per TOML file, one sentence per claim, with its sources and how well it is known.

`get` reads one claim, `every` reads all. The schema is closed: an unknown key, a missing key or a value of the
wrong type is a ClaimError that names file, line and remedy.
"""

from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable

from afterswipe.errors import ClaimError

from .schema import EVIDENCE, KINDS, MECHANISMS, STATUSES, Change, Claim, Source, Value, parse

__all__ = [
    "EVIDENCE",
    "KINDS",
    "MECHANISMS",
    "STATUSES",
    "Change",
    "Claim",
    "ClaimError",
    "Source",
    "Value",
    "every",
    "get",
]


def _folder() -> Traversable:
    return resources.files(__name__) / "data"


@cache
def _read(claim_id: str) -> Claim:
    file = _folder() / f"{claim_id}.toml"
    if not file.is_file():
        raise ClaimError(
            f"There is no claim {claim_id!r}. Its file would be src/afterswipe/claims/data/{claim_id}.toml."
        )
    return parse(file.read_text(encoding="utf-8"), f"{claim_id}.toml")


def get(claim_id: str) -> Claim:
    """The claim with this id. Raises ClaimError where there is none or its file breaks the schema."""
    return _read(claim_id)


def every() -> list[Claim]:
    """All claims, sorted by id."""
    return [
        get(file.name.removesuffix(".toml"))
        for file in sorted(_folder().iterdir(), key=lambda file: file.name)
        if file.name.endswith(".toml")
    ]
