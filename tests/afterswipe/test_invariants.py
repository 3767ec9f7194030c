"""The invariants hold over many scripts of a person; and each is seen to fail on the bug planted for it."""

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from afterswipe import Phone, UsageError
from afterswipe.activity_store import ActivityState
from afterswipe.application import Application
from afterswipe.life_cycle import State
from afterswipe.record import Record

from . import invariants
from .apps import ticking

DEEDS = (
    "open",
    "swipe_up",
    "lock",
    "unlock",
    "force_quit",
    "memory_pressure",
    "silent_push",
    "remove_card",
    "push_to_card",
)


def follow(script: list[tuple[str, float]], ran: list[int], seed: int = 1) -> Phone:
    """Let a person do one thing after the other, waiting in between. What a person cannot do is skipped."""
    phone = Phone(seed=seed)
    phone.open(ticking(ran, every=0.25))
    for deed, seconds in script:
        phone.wait(seconds=seconds)
        try:
            phone.push_to_card(text="from the server") if deed == "push_to_card" else getattr(phone, deed)()
        except UsageError:
            continue
    phone.wait(seconds=5)
    return phone


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.lists(st.tuples(st.sampled_from(DEEDS), st.floats(0, 40)), max_size=12))
def test_all_invariants_hold_whatever_the_person_does(script):
    ran: list[int] = []
    invariants.every(follow(script, ran), ran)


LEAVE_AND_LOSE = [("swipe_up", 2.0), ("memory_pressure", 30.0), ("open", 5.0)]


def code_runs_while_suspended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Phone, "_turn", lambda self: self._app and self._app.loop.turn())
    monkeypatch.setattr(Application, "must_run", lambda *_: None)
    due = Phone._next_due
    monkeypatch.setattr(Phone, "_next_due", lambda self: _at_least(due(self), self._app))


def _at_least(due: int | None, app) -> int | None:
    own = app.loop.next_due() if app is not None else None
    return min((at for at in (due, own) if at is not None), default=None)


def the_card_moves_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    happen = Phone._happen

    def plant(self, event, note=""):
        happen(self, event, note)
        if self.app_state is State.SUSPENDED:
            self.cards._put(replace(self.cards.get(1), updated=self.clock.now), by="app")

    monkeypatch.setattr(Phone, "_happen", plant)


def time_goes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    def plant(self, entry):
        late = len(self._entries) == 3
        self._entries.append(replace(entry, at=self._entries[-1].at - 1) if late else entry)

    monkeypatch.setattr(Record, "add", plant)


def the_card_goes_with_its_process(monkeypatch: pytest.MonkeyPatch) -> None:
    happen = Phone._happen

    def plant(self, event, note=""):
        running = self.app_state is not State.NOT_RUNNING
        happen(self, event, note)
        if running and self.app_state is State.NOT_RUNNING:
            self.cards._put(replace(self.cards.get(1), state=ActivityState.DISMISSED), by="system")

    monkeypatch.setattr(Phone, "_happen", plant)


PLANTED = {
    code_runs_while_suspended: invariants.no_code_without_run_time,
    the_card_moves_by_itself: invariants.cards_change_by_app_or_system_only,
    time_goes_back: invariants.time_never_goes_back,
    the_card_goes_with_its_process: invariants.a_card_outlives_its_process,
}


def test_the_script_of_the_planted_bugs_is_fine_without_them():
    ran: list[int] = []
    invariants.every(follow(LEAVE_AND_LOSE, ran), ran)


@pytest.mark.parametrize("plant", PLANTED, ids=lambda plant: plant.__name__)
def test_each_planted_bug_breaks_its_invariant(plant, monkeypatch):
    plant(monkeypatch)
    ran: list[int] = []
    phone = follow(LEAVE_AND_LOSE, ran)
    check = PLANTED[plant]
    with pytest.raises(AssertionError):
        check(phone, ran) if check is invariants.no_code_without_run_time else check(phone)


def test_the_same_seed_gives_the_same_record_and_another_another():
    from .apps import uploading

    def digest(seed: int) -> str:
        phone = Phone(seed=seed)
        phone.open(uploading())
        phone.wait(seconds=7)
        phone.swipe_up()
        phone.wait(minutes=1)
        return phone.record.digest()

    assert digest(1) == digest(1)
    assert digest(1) != digest(2)


def test_the_record_does_not_depend_on_the_rest_of_the_program():
    one = follow(LEAVE_AND_LOSE, []).record.digest()
    random.seed(99)
    random.random()
    other = Phone(seed=5)
    other.open(ticking([]))
    assert follow(LEAVE_AND_LOSE, []).record.digest() == one
