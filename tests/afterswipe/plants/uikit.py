"""UIKit's rules, taken back."""

from afterswipe.frameworks.backgroundtasks.system import TaskScheduler
from afterswipe.frameworks.uikit.assertion import BackgroundTime
from afterswipe.frameworks.uikit.watchdog import FileLocks, Watchdog
from afterswipe.kernel.record import AssertionChanged

from . import Patch, plant


@plant("background-assertion.expiring-activity-warns")
def a_block_is_not_told_of_its_end(patch: Patch) -> None:
    call = BackgroundTime._call

    def planted(time: BackgroundTime, block, expired: bool, *done) -> None:
        if not expired:
            call(time, block, expired, *done)

    patch.setattr(BackgroundTime, "_call", planted)


@plant("background-assertion.time-is-shared")
def each_assertion_brings_its_own_time(patch: Patch) -> None:
    duration = BackgroundTime._duration
    patch.setattr(BackgroundTime, "_duration", lambda time: duration(time) * max(1, len(time._held)))


@plant("background-assertion.clock-starts-in-background")
def the_clock_starts_with_the_assertion(patch: Patch) -> None:
    duration = BackgroundTime._duration

    def planted(time: BackgroundTime) -> int:
        changes = time._host.record.of(AssertionChanged)
        begun = [change.at for change in changes if change.change == "begun"]
        return duration(time) - (time._clock.now - begun[-1] if time._held else 0)

    patch.setattr(BackgroundTime, "_duration", planted)


@plant("background-assertion.expiration-handler")
def nobody_is_told_that_the_time_is_up(patch: Patch) -> None:
    begin = BackgroundTime.begin
    patch.setattr(
        BackgroundTime, "begin", lambda time, name, _handler, **more: begin(time, name, None, **more)
    )


@plant("background-assertion.must-be-ended")
def an_assertion_may_be_forgotten(patch: Patch) -> None:
    begin = BackgroundTime.begin

    def planted(time: BackgroundTime, name: str, handler, **_more) -> int:
        return begin(time, name, handler, must_be_ended=False)

    patch.setattr(BackgroundTime, "begin", planted)


@plant("life-cycle.watchdog")
def the_watchdog_sleeps(patch: Patch) -> None:
    patch.setattr(Watchdog, "_late", lambda *_: None)


@plant("background-processing.cpu-monitor-off-on-power")
def the_cpu_monitor_is_never_off(patch: Patch) -> None:
    patch.setattr(TaskScheduler, "runs_on_power", False)


@plant("life-cycle.file-lock-at-suspension")
def a_file_lock_is_kept_in_suspension(patch: Patch) -> None:
    patch.setattr(FileLocks, "_changed", lambda *_: None)
