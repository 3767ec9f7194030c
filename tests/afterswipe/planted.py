"""The bugs that validate the invariants: each breaks one of them, and no other.

An invariant that nothing can break says nothing. Each bug comes with the script that shows it, and the same script is
fine without the bug. To add an invariant, add its bug.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from afterswipe import (
    CAUSES,
    ActivityState,
    ActivityStore,
    Cause,
    Event,
    PersonDid,
    Phone,
    Power,
    Record,
    State,
    TransferEnded,
    TransferMoved,
)
from afterswipe.frameworks.uikit.assertion import BackgroundTime
from afterswipe.frameworks.uikit.watchdog import FileLocks
from afterswipe.kernel import host, process
from afterswipe.kernel.host import Host
from afterswipe.kernel.life_cycle import TRANSITIONS, SceneState

from .commanded import Commanded

Patch = pytest.MonkeyPatch


@dataclass(frozen=True)
class Bug:
    """A bug, the id of the one invariant that it breaks, and a script that shows it."""

    breaks: str
    plant: Callable[[Patch], None]
    script: Callable[[Commanded], None]


def leave_for_a_minute(run: Commanded) -> None:
    run.open()
    run.wait(12)
    run.phone.swipe_up()
    run.wait(60)


def leave_with_a_card(run: Commanded) -> None:
    run.open()
    run.request_card()
    leave_for_a_minute(run)
    run.phone.memory_pressure()
    run.wait(60)


def leave_with_a_card_for_a_day(run: Commanded) -> None:
    leave_with_a_card(run)
    run.wait(24 * 3600)


def end_a_card_and_update_it(run: Commanded) -> None:
    run.open()
    run.request_card()
    run.wait(60)
    run.end_cards()
    run.wait(60)
    run.update_card()
    run.wait(60)


def upload_and_leave(run: Commanded) -> None:
    run.open()
    run.upload()
    run.hand_over()
    run.wait(3)
    run.phone.swipe_up()
    run.wait(120)


def leave_with_an_assertion_that_is_never_ended(run: Commanded) -> None:
    run.open()
    run.begin_assertion(ends=False)
    run.phone.swipe_up()
    run.wait(120)


def quit_and_get_a_push(run: Commanded) -> None:
    leave_for_a_minute(run)
    run.phone.force_quit()
    run.wait(60)
    run.phone.pushes.silent()
    run.wait(60)


def leave_and_get_a_push(run: Commanded) -> None:
    leave_for_a_minute(run)
    run.phone.pushes.silent()
    run.wait(60)


def restart_with_a_waiting_refresh(run: Commanded) -> None:
    run.open()
    run.ask_for_refresh()
    run.phone.swipe_up()
    run.wait(60)
    run.phone.restart()
    run.wait(24 * 3600)


def leave_with_a_file_lock(run: Commanded) -> None:
    run.open()
    run.take_lock()
    run.phone.swipe_up()
    run.wait(60)


def code_runs_while_suspended(patch: Patch) -> None:
    patch.setattr(Host, "_running", lambda host: host.process)


def the_card_moves_by_itself(patch: Patch) -> None:
    def plant(phone: Phone) -> None:
        if phone.app_state is State.SUSPENDED:
            phone.cards._put(replace(phone.cards.get(1), updated=phone.clock.now), by="app")

    after_each_event(patch, plant)


def after_each_event(patch: Patch, plant: Callable[[Phone], None]) -> None:
    begin = Phone.__init__

    def begun(self: Phone, *arguments: object, **options: object) -> None:
        begin(self, *arguments, **options)
        happen = self.host.happen

        def planted(event: Event, *arguments: object, **options: object) -> None:
            happen(event, *arguments, **options)
            plant(self)

        self.host.happen = planted

    patch.setattr(Phone, "__init__", begun)


def time_goes_back(patch: Patch) -> None:
    def plant(self: Record, entry: object) -> None:
        late = isinstance(entry, PersonDid) and entry.what == "swipes up"
        self._entries.append(replace(entry, at=-1) if late else entry)

    patch.setattr(Record, "add", plant)


def the_card_goes_with_its_process(patch: Patch) -> None:
    def plant(phone: Phone) -> None:
        if phone.app_state is State.NOT_RUNNING and phone.cards.get(1).on_screen:
            phone.cards._put(replace(phone.cards.get(1), state=ActivityState.DISMISSED), by="system")

    after_each_event(patch, plant)


def leaving_only_covers_the_app(patch: Patch) -> None:
    active = TRANSITIONS[State.ACTIVE]
    covered = replace(active[Event.LEAVE], to=State.INACTIVE)
    wrong = TRANSITIONS | {State.ACTIVE: active | {Event.LEAVE: covered}}
    patch.setattr(host, "TRANSITIONS", wrong)


def jetsam_is_called_a_watchdog(patch: Patch) -> None:
    wrong = CAUSES | {Cause.JETSAM: replace(CAUSES[Cause.JETSAM], code="0x8badf00d")}
    patch.setattr(host, "CAUSES", wrong)


def bytes_are_lost(patch: Patch) -> None:
    add = Record.add

    def plant(self: Record, entry: object) -> None:
        add(self, entry)
        if isinstance(entry, TransferMoved) and entry.by == "nsurlsessiond" and 0 < entry.sent < entry.size:
            add(self, replace(entry, sent=entry.sent - 1))

    patch.setattr(Record, "add", plant)


def the_apps_upload_goes_on(patch: Patch) -> None:
    def plant(phone: Phone) -> None:
        over = any(entry.by == "app" for entry in phone.record.of(TransferEnded))
        if phone.app_state is State.SUSPENDED and not over:
            moved = [entry for entry in phone.record.of(TransferMoved) if entry.by == "app"][-1]
            phone.clock.after(
                5, lambda: phone.record.add(replace(moved, at=phone.clock.now, sent=moved.sent + 1))
            )

    after_each_event(patch, plant)


def extra_time_never_ends(patch: Patch) -> None:
    patch.setattr(BackgroundTime, "_out_of_time", lambda _: None)


def a_force_quit_is_forgotten(patch: Patch) -> None:
    force_quit = Phone.force_quit

    def plant(self: Phone) -> None:
        force_quit(self)
        self.host.was_force_quit = False

    patch.setattr(Phone, "force_quit", plant)


def the_system_ends_no_card(patch: Patch) -> None:
    end = ActivityStore.end

    def plant(self: ActivityStore, number: int, text: str | None, by: str, *arguments: object) -> None:
        if by != "system":
            end(self, number, text, by, *arguments)

    patch.setattr(ActivityStore, "end", plant)


def an_ended_card_comes_back(patch: Patch) -> None:
    update = ActivityStore.update

    def plant(self: ActivityStore, number: int, content: object, by: str, **options: object) -> None:
        self._cards[number] = replace(self._cards[number], state=ActivityState.ACTIVE)
        update(self, number, content, by, **options)

    patch.setattr(ActivityStore, "update", plant)


def a_push_opens_the_app(patch: Patch) -> None:
    def plant(self: Host, reason: str, *_: object) -> bool:
        self.happen(Event.OPEN, reason)
        return True

    patch.setattr(Host, "wake", plant)


def a_restart_unlocks_the_phone(patch: Patch) -> None:
    always = property(lambda _: True, lambda *_: None)
    patch.setattr(Power, "unlocked_since_restart", always, raising=False)


def a_lock_is_kept_in_suspension(patch: Patch) -> None:
    patch.setattr(FileLocks, "_changed", lambda *_: None)


def the_scene_stays_in_front(patch: Patch) -> None:
    """Once it is there: it comes as it should."""
    stays = {scene: dict.fromkeys(State, scene) for scene in process.SCENES}
    patch.setattr(process, "SCENES", stays | {SceneState.UNATTACHED: process.SCENES[SceneState.UNATTACHED]})


BUGS: dict[str, Bug] = {
    bug.plant.__name__: bug
    for bug in (
        Bug("I1", code_runs_while_suspended, leave_for_a_minute),
        Bug("I2", the_card_moves_by_itself, leave_with_a_card),
        Bug("I3", time_goes_back, leave_for_a_minute),
        Bug("I4", the_card_goes_with_its_process, leave_with_a_card),
        Bug("I5", leaving_only_covers_the_app, leave_for_a_minute),
        Bug("I6", jetsam_is_called_a_watchdog, leave_with_a_card),
        Bug("I7", bytes_are_lost, upload_and_leave),
        Bug("I8", the_apps_upload_goes_on, upload_and_leave),
        Bug("I9", extra_time_never_ends, leave_with_an_assertion_that_is_never_ended),
        Bug("I10", a_force_quit_is_forgotten, quit_and_get_a_push),
        Bug("I11", the_system_ends_no_card, leave_with_a_card_for_a_day),
        Bug("I12", an_ended_card_comes_back, end_a_card_and_update_it),
        Bug("I13", a_push_opens_the_app, leave_and_get_a_push),
        Bug("I14", a_restart_unlocks_the_phone, restart_with_a_waiting_refresh),
        Bug("I15", a_lock_is_kept_in_suspension, leave_with_a_file_lock),
        Bug("I16", the_scene_stays_in_front, leave_for_a_minute),
    )
}
