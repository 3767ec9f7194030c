"""A person, the system and the app do whatever they like, in any order: every invariant holds after every step.

A check that never meets the hard cases proves little. `SOMETIMES` counts them over the whole run of Hypothesis, and the test
fails where one was never reached.
"""

from collections import Counter
from collections.abc import Callable

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from afterswipe import (
    AssertionChanged,
    CardChanged,
    Cause,
    Event,
    PersonDid,
    ProcessChanged,
    ProcessEnded,
    PushArrived,
    State,
    StateChanged,
    TaskChanged,
    TransferEnded,
)

from . import invariants
from .commanded import HOW, Commanded

SOMETIMES = (
    "a card is live while its app is suspended",
    "a card is live while its app is gone",
    "a card is marked as stale",
    "a card is ended by the system after its time",
    "a card leaves the Lock Screen by itself",
    "the person removes a card",
    "an assertion expires",
    "an assertion that is not ended ends its app",
    "the watchdog ends the app",
    "a file lock ends the app",
    "memory pressure ends the app",
    "the app crashes",
    "the person force quits a suspended app",
    "a force-quit app misses a push",
    "a silent push launches the app",
    "the system's process finishes an upload of a suspended app",
    "a force quit cancels an upload",
    "an upload in the app is lost by suspension",
    "a background refresh launches the app",
    "the phone is restarted, and unlocked",
    "the app is inactive in the app switcher",
    "a continued task goes on in the background",
    "a continued task expires",
    "a continued task is completed in the background",
    "a continued task is cancelled with its process",
    "a continued task waits, and is started when there is room",
    "the system asks whether a continued task shall go on",
    "an intent starts a card in the background",
    "sound keeps the app running in the background",
    "location keeps the app running in the background",
    "the app is suspended when its sound ends",
    "a push changes the card of a suspended app",
    "a push ends the card of an app that is gone",
    "a push starts a card",
)

seen: Counter[str] = Counter()


class PhoneMachine(RuleBasedStateMachine):
    """Rules by who acts. What cannot be done now is left out by a precondition."""

    def __init__(self) -> None:
        super().__init__()
        self.run = Commanded()
        self.phone = self.run.phone

    @initialize(
        begun=st.sets(
            st.sampled_from(
                [
                    Commanded.request_card,
                    Commanded.request_card_for_20_seconds,
                    Commanded.upload,
                    Commanded.hand_over,
                    Commanded.begin_assertion,
                    Commanded.take_lock,
                    Commanded.ask_for_refresh,
                    Commanded.go_on,
                    Commanded.play,
                    Commanded.follow_location,
                ]
            ),
            max_size=3,
        )
    )
    def starts_with_something_under_way(self, begun: set[Callable[[Commanded], bool]]) -> None:
        self.run.open()
        for begin in sorted(begun, key=lambda method: method.__name__):
            begin(self.run)

    @property
    def runs(self) -> bool:
        return self.phone.app_state.runs

    @property
    def in_front(self) -> bool:
        return self.phone.app_state.foreground

    @property
    def unlocked(self) -> bool:
        return not self.phone.conditions.locked

    @property
    def own_cards(self) -> list[int]:
        return [card.number for card in self.phone.cards if card.kind == "app"]

    # The person.

    @rule()
    def opens_the_app(self) -> None:
        self.run.open()

    @precondition(lambda self: self.unlocked)
    @rule()
    def swipes_up(self) -> None:
        self.phone.swipe_up()

    @rule()
    def locks(self) -> None:
        self.phone.lock()

    @rule()
    def unlocks(self) -> None:
        self.phone.unlock()

    @precondition(lambda self: self.unlocked)
    @rule()
    def opens_the_app_switcher(self) -> None:
        self.phone.open_app_switcher()

    @precondition(lambda self: self.unlocked)
    @rule()
    def force_quits(self) -> None:
        self.phone.force_quit()

    @precondition(lambda self: any(card.on_screen and card.kind == "app" for card in self.phone.cards))
    @rule()
    def removes_a_card(self) -> None:
        self.phone.remove_card(next(card.number for card in self.phone.cards if card.on_screen))

    @precondition(
        lambda self: (
            not any(card.on_screen for card in self.phone.cards)
            and all(transfer.outcome for transfer in self.phone.daemon.transfers)
        )
    )
    @rule()
    def restarts_the_phone(self) -> None:
        self.phone.restart()

    @rule(seconds=st.sampled_from([0.1, 1, 4, 10, 28, 45]))
    def waits_a_little(self, seconds: float) -> None:
        self.run.wait(seconds)

    @precondition(lambda self: not self.in_front and not self.run.kept_running)
    @rule(minutes=st.sampled_from([5, 30, 240, 500]))
    def waits_long(self, minutes: float) -> None:
        self.run.wait(60 * minutes)

    # Two steps in one, for what is rare when every step is drawn alone.

    @precondition(lambda self: self.in_front and not self.run.kept_running)
    @rule(seconds=st.sampled_from([20, 60, 600, 13 * 3600]), pushed=st.booleans())
    def leaves_for_a_while(self, seconds: float, pushed: bool) -> None:
        self.phone.swipe_up()
        self.run.wait(seconds)
        if pushed and self.own_cards:
            self.a_push_for_a_card_comes(ends=False, stale_in=None)

    @precondition(lambda self: self.in_front)
    @rule(seconds=st.sampled_from([1, 6, 30]))
    def leaves_while_the_app_is_busy(self, seconds: float) -> None:
        self.run.block(seconds)
        self.phone.lock()

    @precondition(lambda self: self.phone.app_state is State.SUSPENDED)
    @rule()
    def swipes_the_suspended_app_away(self) -> None:
        self.phone.unlock()
        if self.phone.app_state is State.SUSPENDED:
            self.phone.force_quit()

    @precondition(lambda self: self.in_front)
    @rule(how=st.sampled_from(HOW), room=st.booleans(), seconds=st.sampled_from([20, 600]))
    def leaves_a_continued_task(self, how: str, room: bool, seconds: float) -> None:
        self.phone.continued_processing.full = not room
        self.run.go_on(how)
        self.phone.lock()
        self.run.wait(5)
        self.phone.continued_processing.full = False
        self.run.wait(seconds)

    @precondition(lambda self: self.in_front)
    @rule(source=st.sampled_from([Commanded.play, Commanded.follow_location]), ends=st.booleans())
    def leaves_with_a_source_of_run_time(self, source: Callable[[Commanded], bool], ends: bool) -> None:
        source(self.run)
        self.phone.swipe_up()
        self.run.wait(90)
        if ends:
            self.phone.background_modes.interrupt_audio()
            self.phone.background_modes.location_services = False
            self.run.wait(20)
            self.phone.background_modes.location_services = True

    @precondition(lambda self: self.unlocked and not self.phone.host.was_force_quit)
    @rule()
    def taps_the_button_of_an_intent(self) -> None:
        self.run.tap_intent()
        self.run.wait(4)

    @rule(answer=st.sampled_from(["Continue", "Stop", ""]))
    def answers_the_question_about_a_continued_task(self, answer: str) -> None:
        self.phone.continued_processing.answer = answer

    # The system and the server.

    @precondition(lambda self: self.own_cards)
    @rule(ends=st.booleans(), stale_in=st.sampled_from([None, 0, 60]))
    def a_push_for_a_card_comes(self, ends: bool, stale_in: float | None) -> None:
        number = self.own_cards[-1]
        if ends:
            self.phone.live_activity_pushes.end("Posted", number=number)
        else:
            stale = None if stale_in is None else self.run.now + stale_in
            self.phone.live_activity_pushes.update(number=number, text="pushed", stale_date=stale)

    @rule()
    def a_push_that_starts_a_card_comes(self) -> None:
        self.phone.live_activity_pushes.start("Started by push", alert="It begins")

    @rule()
    def memory_runs_short(self) -> None:
        self.phone.memory_pressure()

    @rule()
    def a_silent_push_comes(self) -> None:
        self.phone.pushes.silent()

    @precondition(lambda self: self.runs)
    @rule()
    def the_app_crashes(self) -> None:
        self.phone.endings.crash()

    @rule(there=st.booleans())
    def the_network_comes_and_goes(self, there: bool) -> None:
        self.phone.network.connect() if there else self.phone.network.disconnect()

    @rule(
        name=st.sampled_from(["low_power_mode", "background_app_refresh", "charging", "idle"]),
        on=st.booleans(),
    )
    def a_condition_changes(self, name: str, on: bool) -> None:
        setattr(self.phone.conditions, name, on)

    # The app.

    @precondition(lambda self: self.in_front)
    @rule(stale_after=st.sampled_from([None, 20, 7200]))
    def requests_a_card(self, stale_after: float | None) -> None:
        self.run.request_card(stale_after)

    @precondition(lambda self: self.runs)
    @rule(progress=st.floats(0, 1))
    def updates_its_cards(self, progress: float) -> None:
        self.run.update_card(progress)

    @precondition(lambda self: self.runs)
    @rule()
    def ends_its_cards(self) -> None:
        self.run.end_cards()

    @precondition(lambda self: self.runs)
    @rule(ends=st.booleans())
    def begins_an_assertion(self, ends: bool) -> None:
        self.run.begin_assertion(ends=ends)

    @precondition(lambda self: self.runs)
    @rule()
    def ends_its_assertions(self) -> None:
        self.run.end_assertions()

    @precondition(lambda self: self.runs)
    @rule()
    def uploads_by_itself(self) -> None:
        self.run.upload()

    @precondition(lambda self: self.runs)
    @rule()
    def hands_an_upload_over(self) -> None:
        self.run.hand_over()

    @precondition(lambda self: self.runs)
    @rule()
    def locks_a_file(self) -> None:
        self.run.take_lock()

    @precondition(lambda self: self.runs)
    @rule()
    def releases_the_file(self) -> None:
        self.run.release_lock()

    @precondition(lambda self: self.runs)
    @rule()
    def asks_for_a_refresh(self) -> None:
        self.run.ask_for_refresh()

    @precondition(lambda self: self.runs)
    @rule(seconds=st.sampled_from([1, 6, 30]))
    def blocks_its_main_thread(self, seconds: float) -> None:
        self.run.block(seconds)

    # What has to hold.

    @invariant()
    def every_invariant_holds(self) -> None:
        invariants.check(self.run)

    def teardown(self) -> None:
        seen.update(reached(self.run))


def reached(run: Commanded) -> set[str]:
    """Which of the hard states a run has met."""
    found: set[str] = set()
    state, cards = State.NOT_RUNNING, dict[int, str]()
    restarted = False
    for entry in run.phone.record:
        live = any(shown in ("active", "stale") for shown in cards.values())
        match entry:
            case StateChanged(event=event, before=before, after=state):
                if live and state is State.SUSPENDED:
                    found.add("a card is live while its app is suspended")
                if live and state is State.NOT_RUNNING and before is not state:
                    found.add("a card is live while its app is gone")
                if event is Event.FORCE_QUIT and before is State.SUSPENDED:
                    found.add("the person force quits a suspended app")
                if state is State.INACTIVE:
                    found.add("the app is inactive in the app switcher")
                if before is State.NOT_RUNNING and event is Event.WAKE and entry.note == "silent push":
                    found.add("a silent push launches the app")
            case CardChanged(by=by, state=shown):
                cards[entry.activity] = shown
                if shown == "stale":
                    found.add("a card is marked as stale")
                if (shown, by) == ("ended", "system"):
                    found.add("a card is ended by the system after its time")
                if (shown, by) == ("dismissed", "system"):
                    found.add("a card leaves the Lock Screen by itself")
                if (shown, by) == ("dismissed", "person"):
                    found.add("the person removes a card")
            case AssertionChanged(change="expires"):
                found.add("an assertion expires")
            case ProcessEnded(cause=cause) if cause in _ENDS:
                found.add(_ENDS[cause])
            case PushArrived(kind="silent", outcome=outcome) if "force quit" in outcome:
                found.add("a force-quit app misses a push")
            case TransferEnded(by="nsurlsessiond", outcome="done") if state is State.SUSPENDED:
                found.add("the system's process finishes an upload of a suspended app")
            case TransferEnded(by="nsurlsessiond", outcome=outcome) if "force quit" in outcome:
                found.add("a force quit cancels an upload")
            case TransferEnded(by="app", outcome=outcome) if "lost" in outcome:
                found.add("an upload in the app is lost by suspension")
            case TaskChanged(kind="BGAppRefreshTask", change="launched"):
                found.add("a background refresh launches the app")
            case PersonDid(what=what):
                if restarted and what == "unlocks the phone":
                    found.add("the phone is restarted, and unlocked")
                restarted = what == "restarts the phone" or (restarted and what == "locks the phone")
            case _:
                pass
    return found | of_continued_tasks(run) | of_run_time(run) | of_pushes(run)


def of_continued_tasks(run: Commanded) -> set[str]:
    found: set[str] = set()
    state, running = State.NOT_RUNNING, False
    for entry in run.phone.record:
        match entry:
            case StateChanged(after=state) if running and state is State.BACKGROUND:
                found.add("a continued task goes on in the background")
            case StateChanged(after=state):
                pass
            case TaskChanged(kind="BGContinuedProcessingTask", change=change):
                running = running or change == "launched"
                if change == "expires":
                    found.add("a continued task expires")
                if change == "cancelled with its process":
                    found.add("a continued task is cancelled with its process")
                if change == "completed" and state is State.BACKGROUND:
                    found.add("a continued task is completed in the background")
                if change == "launched" and not state.foreground:
                    found.add("a continued task waits, and is started when there is room")
                if "asks the person" in change:
                    found.add("the system asks whether a continued task shall go on")
                running = running and change not in ("completed", "given up", "cancelled with its process")
            case _:
                pass
    return found


def of_run_time(run: Commanded) -> set[str]:
    found: set[str] = set()
    state, since, on = State.NOT_RUNNING, 0, dict[str, int]()
    for entry in run.phone.record:
        match entry:
            case StateChanged(after=after):
                if state is State.BACKGROUND and entry.at - since > 60_000:
                    found |= {f"{source} keeps the app running in the background" for source in on}
                if after is State.SUSPENDED and state is State.BACKGROUND and on.get("no sound") == entry.at:
                    found.add("the app is suspended when its sound ends")
                state, since = after, entry.at if after is not state else since
            case ProcessChanged(process="run time by audio", change=change):
                on.pop("sound", None)
                on["sound" if change == "begins" else "no sound"] = entry.at
            case ProcessChanged(process="run time by location", change=change):
                on.pop("location", None)
                if change == "begins":
                    on["location"] = entry.at
            case _:
                pass
    return found & set(SOMETIMES)


def of_pushes(run: Commanded) -> set[str]:
    found: set[str] = set()
    state, cards = State.NOT_RUNNING, set[int]()
    for entry in run.phone.record:
        match entry:
            case StateChanged(after=state):
                pass
            case CardChanged(by="push", state=shown):
                if state is State.SUSPENDED and entry.activity in cards:
                    found.add("a push changes the card of a suspended app")
                if state is State.NOT_RUNNING and shown == "ended":
                    found.add("a push ends the card of an app that is gone")
                if entry.activity not in cards:
                    found.add("a push starts a card")
                cards.add(entry.activity)
            case CardChanged(by="app"):
                if entry.activity not in cards and state is State.BACKGROUND:
                    found.add("an intent starts a card in the background")
                cards.add(entry.activity)
            case _:
                pass
    return found


_ENDS = {
    Cause.BACKGROUND_TASK: "an assertion that is not ended ends its app",
    Cause.WATCHDOG: "the watchdog ends the app",
    Cause.FILE_LOCK: "a file lock ends the app",
    Cause.JETSAM: "memory pressure ends the app",
    Cause.CRASH: "the app crashes",
}


def test_all_invariants_hold_whatever_happens_and_the_hard_states_are_reached():
    seen.clear()
    run_state_machine_as_test(
        PhoneMachine,
        settings=settings(
            max_examples=400,
            stateful_step_count=40,
            suppress_health_check=list(HealthCheck),
        ),
    )
    never = [what for what in SOMETIMES if not seen[what]]
    assert set(seen) <= set(SOMETIMES)
    assert not never, f"never reached, so nothing is proven about it: {never}. Reached: {dict(seen)}"
