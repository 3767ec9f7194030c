"""The invariants of the phone, as functions over a finished run. Each raises AssertionError where it does not hold.

They read the record and what the app itself noted; they do not ask the code under test whether it behaved.
"""

from afterswipe import Phone
from afterswipe.life_cycle import State
from afterswipe.record import CardChanged, StateChanged


def no_code_without_run_time(phone: Phone, ran: list[int]) -> None:
    """I1: no line of the app's code runs while the app is suspended or not running."""
    changes = phone.record.of(StateChanged)
    for moment in ran:
        # At the very moment of a change both sides are possible: judge by any state held in that millisecond.
        held = {change.after for change in changes if change.at == moment}
        before = [change.after for change in changes if change.at < moment]
        held.add(before[-1] if before else State.NOT_RUNNING)
        assert any(state.runs for state in held), f"app code ran at {moment} ms in state {held}"


def cards_change_by_app_or_system_only(phone: Phone) -> None:
    """I2: a card changes only by an app that has run time, a push, the person who removes it, or the system's own clock."""
    state = State.NOT_RUNNING
    for entry in phone.record:
        if isinstance(entry, StateChanged):
            state = entry.after
        elif isinstance(entry, CardChanged):
            assert entry.by in ("app", "push", "person", "system"), f"{entry} was changed by {entry.by!r}"
            if entry.by == "app":
                assert state.runs, f"the app changed its card at {entry.at} ms while it was {state.value}"
            elif entry.by == "system":
                assert entry.state in ("stale", "ended", "dismissed"), f"the system wrote {entry}"
            elif entry.by == "person":
                assert entry.state == "dismissed", f"the person wrote {entry}"


def time_never_goes_back(phone: Phone) -> None:
    """I3: the record is in the order of time, and nothing in it is later than now."""
    times = [entry.at for entry in phone.record]
    assert times == sorted(times)
    assert not times or times[-1] <= phone.clock.now


def a_card_outlives_its_process(phone: Phone) -> None:
    """I4: the end of a process takes no card from the Lock Screen."""
    entries = list(phone.record)
    for index, entry in enumerate(entries):
        if isinstance(entry, StateChanged) and entry.after is State.NOT_RUNNING:
            gone = [
                later
                for later in entries[index + 1 :]
                if isinstance(later, CardChanged)
                and later.at == entry.at
                and (later.state, later.by) == ("dismissed", "system")
            ]
            assert not gone, f"a card left the Lock Screen with its process: {gone}"


def every(phone: Phone, ran: list[int]) -> None:
    """All of them."""
    no_code_without_run_time(phone, ran)
    cards_change_by_app_or_system_only(phone)
    time_never_goes_back(phone)
    a_card_outlives_its_process(phone)
