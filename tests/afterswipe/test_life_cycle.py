"""The transition table is total, and says only what can be."""

import pytest

from afterswipe import claims
from afterswipe.life_cycle import TRANSITIONS, Event, State, after


def test_the_table_is_total():
    assert set(TRANSITIONS) == set(State)
    assert all(set(row) == set(Event) for row in TRANSITIONS.values())


def test_every_step_says_why():
    assert all(
        step.why.endswith((".", ";")) or step.why for row in TRANSITIONS.values() for step in row.values()
    )


def test_every_claim_in_the_table_exists():
    named = {step.claim for row in TRANSITIONS.values() for step in row.values() if step.claim}
    assert named
    for claim_id in named:
        assert claims.get(claim_id).id == claim_id


def test_a_suspended_app_is_told_nothing_when_it_ends():
    for event in (Event.FORCE_QUIT, Event.TERMINATE):
        step = after(State.SUSPENDED, event)
        assert step.to is State.NOT_RUNNING
        assert step.told == ""


def test_nobody_is_told_of_a_suspension():
    assert all(not TRANSITIONS[state][Event.SUSPEND].told for state in State)


def test_only_an_app_in_the_background_is_suspended():
    suspended = [
        state
        for state in State
        if state is not State.SUSPENDED and after(state, Event.SUSPEND).to is State.SUSPENDED
    ]
    assert suspended == [State.BACKGROUND]


@pytest.mark.parametrize("state", State)
def test_opening_always_ends_in_front(state: State):
    assert after(state, Event.OPEN).to is State.ACTIVE


@pytest.mark.parametrize("state", State)
def test_force_quit_always_ends_the_process(state: State):
    assert after(state, Event.FORCE_QUIT).to is State.NOT_RUNNING
