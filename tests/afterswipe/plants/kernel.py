"""The kernel's rules, taken back."""

from afterswipe.kernel.endings import Endings
from afterswipe.kernel.host import Host
from afterswipe.kernel.life_cycle import Event, State
from afterswipe.kernel.process import AppChange, Process
from afterswipe.kernel.record import Cause

from . import Patch, plant


@plant("life-cycle.suspended-runs-no-code")
def a_suspended_process_is_turned_all_the_same(patch: Patch) -> None:
    patch.setattr(Host, "_running", lambda host: host.process)
    nobody_has_to_run(patch, "life-cycle.suspended-runs-no-code")


def nobody_has_to_run(patch: Patch, claim_id: str) -> None:
    """What this claim forbids without run time is allowed."""
    must_run = Process.must_run

    def planted(process: Process, what: str, claim: str) -> None:
        if claim != claim_id:
            must_run(process, what, claim)

    patch.setattr(Process, "must_run", planted)


@plant("life-cycle.timers-wait-for-resume")
def timers_that_are_due_are_forgotten(patch: Patch) -> None:
    enter = Process.enter

    def planted(process: Process, state: State) -> None:
        if process.state is State.SUSPENDED:
            now, timers = process.clock.now, process.loop._timers
            process.loop._timers[:] = sorted(timer for timer in timers if timer[0] > now)
        enter(process, state)

    patch.setattr(Process, "enter", planted)


@plant("life-cycle.suspension-is-not-announced")
def an_app_is_told_that_it_will_be_suspended(patch: Patch) -> None:
    _told_before(patch, lambda change: change.event is Event.SUSPEND, "applicationWillSuspend")


@plant("life-cycle.terminated-without-notice")
def a_suspended_app_is_told_that_it_will_be_ended(patch: Patch) -> None:
    def silent(change: AppChange) -> bool:
        return change.before is State.SUSPENDED and not change.after.runs

    _told_before(patch, silent, "applicationWillTerminate")


def _told_before(patch: Patch, when, callback: str) -> None:
    changes = Host._change

    def planted(host: Host, process: Process, change: AppChange, note: str, cause: Cause | None) -> None:
        if when(change):
            process.tell(callback)
            process.loop.turn()
        changes(host, process, change, note, cause)

    patch.setattr(Host, "_change", planted)


@plant("life-cycle.will-terminate-only-while-running")
def nobody_is_told_of_an_end(patch: Patch) -> None:
    patch.setattr(Endings, "announce", lambda endings, why="it needed it": endings._host.terminate(why))
