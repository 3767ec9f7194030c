"""Planted rules: for a rule that the model cites, a change of the model that takes the rule back.

A citation decides nothing, so nothing can switch it off. That a demonstration rests on its claim is shown by a plant: at most ten lines
that let the model behave as if the rule were none. One module per room; each plant names its claim:

    @plant("live-activity.number-is-limited")
    def as_many_as_it_likes(patch: Patch) -> None:
        patch.setattr(ActivityStore, "_limit", lambda self: inf)

A rule that the model asks for with `rules.holds` needs none: it is taken back by the answer "no". A number is doubled.
"""

from collections.abc import Callable
from importlib import import_module
from pkgutil import iter_modules

import pytest

from afterswipe.claims.rules import Rules

Patch = pytest.MonkeyPatch
Plant = Callable[[Patch], None]

PLANTS: dict[str, Plant] = {}


def plant(*claim_ids: str) -> Callable[[Plant], Plant]:
    """Register what takes a rule back. Two rules that are one in the model may share a plant."""

    def register(taken_back: Plant) -> Plant:
        for claim_id in claim_ids:
            assert claim_id not in PLANTS, f"{claim_id} has a plant already"
            PLANTS[claim_id] = taken_back
        return taken_back

    return register


def take_back(patch: Patch, *claim_ids: str) -> None:
    """Let the model behave as if these rules were none: by their plants, or else by the answer "no" where it asks."""
    for claim_id in claim_ids:
        PLANTS.get(claim_id, answered_no(claim_id))(patch)


def answered_no(claim_id: str) -> Plant:
    """What takes back a rule that the model asks for. Nobody hears "yes", not even who follows a disputed report."""

    def taken_back(patch: Patch) -> None:
        holds = Rules.holds
        patch.setattr(Rules, "holds", lambda self, asked: holds(self, asked) and asked != claim_id)

    return taken_back


def change(patch: Patch, **numbers: float) -> None:
    """Let every phone have other numbers, as `Phone(claims=...)` does."""
    begin = Rules.__init__

    def begun(self: Rules, ios: str, *, claims=None, **others) -> None:
        begin(self, ios, claims=numbers | dict(claims or {}), **others)

    patch.setattr(Rules, "__init__", begun)


_now = Patch()


def retract(*claim_ids: str) -> None:
    """Take these rules back, and no others, until `put_back`."""
    put_back()
    take_back(_now, *claim_ids)


def put_back() -> None:
    """The rules hold again."""
    _now.undo()


for _room in iter_modules(__path__, f"{__name__}."):
    import_module(_room.name)
