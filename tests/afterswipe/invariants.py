"""The invariants of the phone, numbered, as functions over a run. Each raises AssertionError where it does not hold.

They read the record and what the app itself noted; they do not ask the code under test whether it behaved. The first
sentence of each is what the SPEC page says; `planted.py` has for each the bug that breaks it and no other.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from afterswipe import (
    CAUSES,
    HOUR,
    SCENES,
    TRANSITIONS,
    AssertionChanged,
    CardChanged,
    ConditionChanged,
    Event,
    PersonDid,
    Phone,
    ProcessEnded,
    SceneState,
    State,
    StateChanged,
    TaskChanged,
    TransferEnded,
    TransferMoved,
)


@dataclass
class Run:
    """A run and what its app noted: when code of it ran, its file locks, and its states. Times are milliseconds."""

    phone: Phone
    ran: list[int] = field(default_factory=list)
    locks: list[tuple[int, str]] = field(default_factory=list)
    scenes: list[tuple[int, State, SceneState]] = field(default_factory=list)


def _held(run: Run, moments: Iterable[int]) -> Iterator[tuple[int, set[State]]]:
    """The states of the app at each of some moments. In the very millisecond of a change both sides are possible."""
    changes = run.phone.record.of(StateChanged)
    times = [change.at for change in changes]
    for moment in dict.fromkeys(moments):
        first, after = bisect_left(times, moment), bisect_right(times, moment)
        before = changes[first - 1].after if first else State.NOT_RUNNING
        yield moment, {before, *(change.after for change in changes[first:after])}


def no_code_without_run_time(run: Run) -> None:
    """I1: No line of the app's code runs while the app is suspended or not running."""
    for moment, held in _held(run, run.ran):
        assert any(state.runs for state in held), f"app code ran at {moment} ms in state {held}"


def a_card_changes_by_those_who_may(run: Run) -> None:
    """I2: A card changes only by an app that has run time, a push, the person who removes it, or the system's own clock."""
    state, cards = State.NOT_RUNNING, dict[int, str]()
    for entry in run.phone.record:
        if isinstance(entry, StateChanged):
            state = entry.after
        elif isinstance(entry, CardChanged) and entry.kind == "app":
            was, cards[entry.activity] = cards.get(entry.activity), entry.state
            assert entry.by in ("app", "push", "person", "system"), f"{entry} was changed by {entry.by!r}"
            if entry.by == "app":
                assert state.runs, f"the app changed its card at {entry.at} ms while it was {state.value}"
            elif entry.by == "system":
                scheduled = was == "pending" and entry.state == "active"
                assert scheduled or entry.state in ("stale", "ended", "dismissed"), (
                    f"the system wrote {entry}"
                )
            elif entry.by == "person":
                assert entry.state == "dismissed", f"the person wrote {entry}"


def time_never_goes_back(run: Run) -> None:
    """I3: The record is in the order of time, and nothing in it is later than now."""
    times = [entry.at for entry in run.phone.record]
    assert times == sorted(times)
    assert not times or times[-1] <= run.phone.clock.now


def a_card_outlives_its_process(run: Run) -> None:
    """I4: The end of a process takes no live card from the Lock Screen."""
    ended: int | None = None
    states: dict[int, str] = {}
    for entry in run.phone.record:
        if isinstance(entry, ProcessEnded):
            ended = entry.at
        elif isinstance(entry, CardChanged):
            was = states.get(entry.activity)
            states[entry.activity] = entry.state
            gone = entry.at == ended and entry.by == "system" and entry.state == "dismissed"
            assert not (gone and was in ("active", "stale")), f"{entry} left with its process"


def states_follow_the_table(run: Run) -> None:
    """I5: Every change of state is the table's answer to its event, and starts where the one before ended."""
    changes = run.phone.record.of(StateChanged)
    for change in changes:
        assert TRANSITIONS[change.before][change.event].to is change.after, change
    for earlier, later in pairwise(changes):
        assert earlier.after is later.before, (earlier, later)


def every_end_has_its_cause(run: Run) -> None:
    """I6: Whenever a process ends, the record has one cause for it, with the termination code that belongs to the cause."""
    lost = [
        change.at
        for change in run.phone.record.of(StateChanged)
        if change.before is not State.NOT_RUNNING and change.after is State.NOT_RUNNING
    ]
    ends = run.phone.record.of(ProcessEnded)
    assert [end.at for end in ends] == lost
    for end in ends:
        assert end.code == CAUSES[end.cause].code, end


def bytes_grow_or_start_over(run: Run) -> None:
    """I7: The bytes of a transfer grow, or start again from none when the network changes; they never exceed its size, and stand still after its end."""
    sent: dict[tuple[str, int, int], int] = {}
    over: set[tuple[str, int, int]] = set()
    processes, network_changed = 0, -1
    for entry in run.phone.record:
        if isinstance(entry, ProcessEnded):
            processes += 1
        elif isinstance(entry, ConditionChanged) and entry.name == "network":
            network_changed = entry.at
        elif isinstance(entry, TransferMoved | TransferEnded):
            key = (entry.by, processes if entry.by == "app" else 0, entry.transfer)
            assert key not in over, f"{entry} after its end"
            if isinstance(entry, TransferEnded):
                over.add(key)
            else:
                starts_over = entry.sent == 0 and entry.at == network_changed
                assert starts_over or sent.get(key, 0) <= entry.sent <= entry.size, entry
                sent[key] = entry.sent


def the_apps_own_transfers_need_run_time(run: Run) -> None:
    """I8: A transfer in the app's own process moves only while the app has run time."""
    moved = (entry.at for entry in run.phone.record.of(TransferMoved) if entry.by == "app")
    for moment, held in _held(run, moved):
        assert any(state.runs for state in held), f"bytes moved at {moment} ms in state {held}"


def extra_time_ends(run: Run) -> None:
    """I9: A background assertion that expires is ended within the warning time, or its process is, or the app is back in front."""
    warning = run.phone.rules.milliseconds("background-assertion.expiration-warning")
    entries = list(run.phone.record)
    for index, entry in enumerate(entries):
        if not isinstance(entry, AssertionChanged) or entry.change != "expires":
            continue
        if run.phone.clock.now <= entry.at + warning:
            continue
        held = sum(
            {"begun": 1, "ended": -1}.get(before.change, 0)
            for before in entries[:index]
            if isinstance(before, AssertionChanged)
        )
        soon = [later for later in entries[index:] if later.at <= entry.at + warning]
        ended = sum(isinstance(later, AssertionChanged) and later.change == "ended" for later in soon)
        process_over = any(isinstance(later, ProcessEnded) for later in soon)
        back_in_front = any(isinstance(later, StateChanged) and later.after.foreground for later in soon)
        assert ended >= 1 or process_over or back_in_front or held <= 0, f"{entry} and goes on"


def a_force_quit_app_stays_away(run: Run) -> None:
    """I10: After a force quit nothing launches the app until the person opens it, or restarts the phone."""
    quit_by_person = False
    for change in run.phone.record.of(StateChanged):
        if change.event is Event.FORCE_QUIT:
            quit_by_person = True
        elif change.event in (Event.OPEN, Event.RESTART):
            quit_by_person = False
        else:
            assert not (quit_by_person and change.after.runs), change


def a_card_has_its_time(run: Run) -> None:
    """I11: A card is live for at most eight hours and on the Lock Screen for at most four more."""
    active = run.phone.rules.milliseconds("live-activity.active-limit")
    stays = run.phone.rules.milliseconds("live-activity.lock-screen-limit")
    by_card: dict[int, list[CardChanged]] = {}
    for entry in run.phone.record.of(CardChanged):
        if entry.kind == "app" and entry.state != "pending":
            by_card.setdefault(entry.activity, []).append(entry)
    for entries in by_card.values():
        begun = entries[0].at
        end = next(
            (entry.at for entry in entries if entry.state in ("ended", "dismissed")), run.phone.clock.now
        )
        gone = next((entry.at for entry in entries if entry.state == "dismissed"), run.phone.clock.now)
        assert end - begun <= active, f"live for {(end - begun) / HOUR} h"
        assert gone - end <= stays, f"on the Lock Screen for {(gone - end) / HOUR} h after its end"


def an_end_is_final(run: Run) -> None:
    """I12: A card that has ended is never live again, and one that was dismissed never comes back."""
    order = {"pending": 0, "active": 1, "stale": 1, "ended": 2, "dismissed": 3}
    last: dict[int, int] = {}
    for entry in run.phone.record.of(CardChanged):
        assert order[entry.state] >= last.get(entry.activity, 0), entry
        last[entry.activity] = order[entry.state]


def only_the_person_brings_an_app_to_the_front(run: Run) -> None:
    """I13: An app comes to the foreground only at a moment at which the person did something."""
    deeds = {did.at for did in run.phone.record.of(PersonDid)}
    for change in run.phone.record.of(StateChanged):
        if change.after.foreground and not change.before.foreground:
            assert change.at in deeds, change


def no_task_before_the_first_unlock(run: Run) -> None:
    """I14: Between a restart and the first unlock no background task is launched."""
    locked = False
    for entry in run.phone.record:
        if isinstance(entry, PersonDid):
            locked = entry.what == "restarts the phone" or (
                locked and entry.what not in ("unlocks the phone", "opens the app")
            )
        elif isinstance(entry, TaskChanged) and entry.change == "launched":
            assert not locked, entry


def no_lock_is_held_in_suspension(run: Run) -> None:
    """I15: A process that is suspended while it holds a lock on a shared file is ended in that moment."""
    changes = run.phone.record.of(StateChanged)
    ends = [end.at for end in run.phone.record.of(ProcessEnded)]
    for change in changes:
        if change.after is not State.SUSPENDED or change.before is State.SUSPENDED:
            continue
        launched = max((end for end in ends if end < change.at), default=-1)
        mine = [what for at, what in run.locks if launched < at <= change.at]
        assert not (mine and mine[-1] == "taken") or change.at in ends, change


def the_scene_fits_the_app(run: Run) -> None:
    """I16: The state of the scene is one that fits the state of its app."""
    for at, app, scene in run.scenes:
        assert SCENES[scene][app] is scene, f"at {at} ms the app is {app.value} and its scene {scene.value}"


INVARIANTS: dict[str, Callable[[Run], None]] = {
    (invariant.__doc__ or "").partition(":")[0]: invariant
    for invariant in (
        no_code_without_run_time,
        a_card_changes_by_those_who_may,
        time_never_goes_back,
        a_card_outlives_its_process,
        states_follow_the_table,
        every_end_has_its_cause,
        bytes_grow_or_start_over,
        the_apps_own_transfers_need_run_time,
        extra_time_ends,
        a_force_quit_app_stays_away,
        a_card_has_its_time,
        an_end_is_final,
        only_the_person_brings_an_app_to_the_front,
        no_task_before_the_first_unlock,
        no_lock_is_held_in_suspension,
        the_scene_fits_the_app,
    )
}


def broken(run: Run) -> list[str]:
    """The ids of the invariants that do not hold for a run."""
    found = []
    for number, invariant in INVARIANTS.items():
        try:
            invariant(run)
        except AssertionError:
            found.append(number)
    return found


def check(run: Run) -> None:
    """Raise AssertionError for the first invariant that does not hold."""
    for invariant in INVARIANTS.values():
        invariant(run)


def every(phone: Phone, ran: list[int]) -> None:
    """The same, for a test that has a phone and the moments at which code of its app ran."""
    check(Run(phone, ran))
