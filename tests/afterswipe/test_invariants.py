"""Each invariant is seen to fail on the bug planted for it, and no other fails with it."""

import pytest

from .commanded import Commanded
from .invariants import INVARIANTS, broken
from .planted import BUGS, Bug


def test_the_invariants_are_numbered_and_named_once():
    assert list(INVARIANTS) == [f"I{number}" for number in range(1, len(INVARIANTS) + 1)]
    assert len(INVARIANTS) >= 10


def test_every_invariant_has_its_bug():
    assert [bug.breaks for bug in BUGS.values()] == list(INVARIANTS)


@pytest.mark.parametrize("bug", BUGS.values(), ids=list(BUGS))
def test_the_script_is_fine_without_its_bug(bug: Bug):
    run = Commanded()
    bug.script(run)
    assert broken(run) == []


@pytest.mark.parametrize("bug", BUGS.values(), ids=list(BUGS))
def test_each_bug_breaks_its_invariant_and_no_other(bug: Bug, monkeypatch: pytest.MonkeyPatch):
    bug.plant(monkeypatch)
    run = Commanded()
    bug.script(run)
    assert broken(run) == [bug.breaks]
