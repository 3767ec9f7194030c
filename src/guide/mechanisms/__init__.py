"""The table of mechanisms: who starts each, whose process runs, how long, what a force quit does, what it can finish.

The reference page is made from it. The rows are in `table.toml`. Beside them stand the names, in `names.toml`: what of the package
is Apple's, and what is not, and why.
"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from afterswipe import claims

_HERE = Path(__file__).parent


@dataclass(frozen=True)
class Fact:
    """A sentence of the table, with the claims that say so.

    `{ID}` in the text stands for the number of a claim in words, `{ID:since}` for the iOS version with which it begins. A
    sentence without a claim says of itself that it is about the model, not modelled, or not known.
    """

    text: str
    claims: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Mechanism:
    """A row: a way to get work done, or shown, while the app is not in front."""

    name: str
    first_claim: str = ""
    """The claim whose range of versions is the mechanism's; empty where no claim has one."""
    who_starts: tuple[Fact, ...]
    whose_process: tuple[Fact, ...]
    how_long: tuple[Fact, ...]
    force_quit: tuple[Fact, ...]
    can: tuple[Fact, ...]
    cannot: tuple[Fact, ...]
    story: Fact
    """Whether it finishes a story upload, in a few words."""
    snippets: tuple[str, ...] = ()
    """The runs that show it: first of all on the version where it appeared and on the one before."""
    not_shown: str = ""
    """Why no snippet shows it at all, or why none shows the version before."""
    apple: tuple[tuple[str, str], ...] = ()
    """Apple's symbols, each with its counterpart: `app.…`, `phone.…`, or a name that `afterswipe` exports."""
    frameworks: tuple[str, ...] = ()
    """The rooms in `afterswipe.frameworks` that model it."""

    @property
    def since(self) -> str:
        """The iOS version with which it appeared, such as "16.1"; empty where no claim says it."""
        return _version(claims.get(self.first_claim).since) if self.first_claim else ""

    @property
    def until(self) -> str:
        """The last iOS version that has it; empty while it is still there."""
        return _version(claims.get(self.first_claim).until) if self.first_claim else ""

    @property
    def facts(self) -> Iterator[Fact]:
        """All sentences of the row."""
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, Fact):
                yield value
            elif isinstance(value, tuple):
                yield from (item for item in value if isinstance(item, Fact))

    @property
    def claims(self) -> tuple[str, ...]:
        """The ids of the claims that support the row, each once, in the order of its sentences."""
        named = [self.first_claim] if self.first_claim else []
        return tuple(dict.fromkeys([*named, *(claim_id for fact in self.facts for claim_id in fact.claims)]))


def _version(text: str) -> str:
    """A version as people write it: "16.0" as "16"."""
    return text.removesuffix(".0")


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((_HERE / name).read_text(encoding="utf-8"))


def _frozen(value: Any) -> Any:
    """A value of the file as the row has it: a sentence, or a tuple of what was a list."""
    if isinstance(value, dict):
        return Fact(value["text"], tuple(value.get("claims", ())))
    return tuple(map(_frozen, value)) if isinstance(value, list) else value


MECHANISMS = tuple(
    Mechanism(**{key: _frozen(value) for key, value in row.items()})
    for row in _read("table.toml")["mechanism"]
)
"""All rows, in the order of the page."""

_NAMES = _read("names.toml")

ELSEWHERE: tuple[tuple[str, str], ...] = _frozen(_NAMES["elsewhere"])
"""Apple's names that belong to the life cycle and to no mechanism, each with its counterpart."""

NO_COUNTERPART: dict[str, tuple[str, ...]] = {
    group["reason"]: tuple(group["names"]) for group in _NAMES["no_counterpart"]
}
"""Public names of `Application` and `Phone` that stand for no symbol of Apple's, by the reason."""
