"""App intents: whose process runs, for how long, and who hears why it stopped."""

import asyncio

import pytest

from afterswipe import (
    MB,
    ActivityAuthorizationError,
    AppIntent,
    CancellableIntent,
    LiveActivityIntent,
    LongRunningIntent,
    NotKnownError,
    Phone,
    ProcessChanged,
    State,
    UnavailableError,
    UsageError,
)

from . import invariants
from .apps import ticking


async def quiet(app):
    await asyncio.sleep(10**6)


def left(app=quiet, ios: str = "27", then: float = 60) -> Phone:
    """A phone whose app was opened and left, `then` seconds ago."""
    phone = Phone(ios=ios)
    phone.open(app)
    phone.swipe_up()
    phone.wait(seconds=then)
    return phone


def intent(kind, code, told=None):
    """An intent of a kind that runs `code(self, app)`."""

    class Mine(kind):
        title = "Mine"

        async def perform(self, app):
            await code(self, app)

        def cancelled(self, app, reason):
            if told is not None:
                told.append(reason)

    return Mine()


def outcome(phone: Phone) -> tuple[int, str]:
    """When the last intent ended, in milliseconds, and how."""
    last = [entry for entry in phone.record.of(ProcessChanged) if entry.process.startswith("intent")][-1]
    return last.at, last.change


async def forever(_self, _app):
    await asyncio.sleep(10**6)


async def short(_self, _app):
    await asyncio.sleep(5)


def test_an_intent_runs_in_the_apps_process_without_opening_it():
    seen = []

    async def look(_self, app):
        seen.append((app.state, app.launch_reason))

    phone = left()
    phone.intents.run(intent(AppIntent, look))
    phone.wait(seconds=1)
    assert seen == [(State.BACKGROUND, "person")]
    assert phone.app_state is State.SUSPENDED
    phone.memory_pressure()
    phone.intents.run(intent(AppIntent, look))
    phone.wait(seconds=1)
    assert seen[1:] == [(State.BACKGROUND, "app intent")]


def test_it_gives_run_time_while_it_runs_and_no_longer():
    ran: list[int] = []
    phone = left(ticking(ran))
    ran.clear()
    phone.intents.run(intent(AppIntent, short))
    phone.wait(minutes=2)
    assert ran[0] == 60_000
    assert max(ran) <= 65_000
    assert outcome(phone) == (65_000, "done")
    invariants.every(phone, ran)


def test_an_intent_is_stopped_at_thirty_seconds():
    phone = left()
    phone.intents.run(intent(AppIntent, forever))
    phone.wait(minutes=2)
    at, how = outcome(phone)
    assert (at // 1000, how) == (90, "stopped: the time limit of app intents")
    assert phone.app_state is State.SUSPENDED


def test_an_intent_that_swallows_its_cancellation_gets_no_more_time():
    async def stubborn(_self, _app):
        while True:
            try:
                await asyncio.sleep(10**6)
            except asyncio.CancelledError:
                continue

    phone = left()
    phone.intents.run(intent(AppIntent, stubborn))
    phone.wait(minutes=2)
    assert phone.app_state is State.SUSPENDED


def test_the_limit_holds_in_front_too():
    phone = Phone(ios="17")
    phone.open(quiet)
    phone.intents.run(intent(AppIntent, forever))
    phone.wait(minutes=1)
    assert "time limit" in outcome(phone)[1]
    assert phone.app_state is State.ACTIVE


def test_nothing_of_a_stopped_intent_runs_on_in_front():
    ran: list[float] = []

    async def code(_self, app):
        while True:
            ran.append(app.now)
            await asyncio.sleep(1)

    phone = Phone(ios="17")
    phone.open(quiet)
    phone.intents.run(intent(AppIntent, code))
    phone.wait(minutes=2)
    assert max(ran) <= 30


def test_an_intents_own_error_reaches_the_script():
    async def broken(_self, _app):
        raise KeyError("mine")

    phone = left()
    with pytest.raises(KeyError, match="mine"):
        phone.intents.run(intent(AppIntent, broken))


def start_card(refused: list[str]):
    async def code(_self, app):
        try:
            app.activities.request("Posting")
        except ActivityAuthorizationError as error:
            refused.append(error.reason)

    return code


def test_a_live_activity_intent_may_start_a_card_in_the_background():
    refused: list[str] = []
    phone = left(ios="17")
    phone.intents.tap(intent(LiveActivityIntent, start_card(refused)))
    phone.wait(seconds=5)
    assert refused == []
    assert len(phone.lock_screen().cards) == 1
    assert phone.app_state is State.SUSPENDED  # the card gives no time


def test_another_intent_may_not():
    refused: list[str] = []
    phone = left(ios="17")
    phone.intents.tap(intent(AppIntent, start_card(refused)))
    phone.wait(seconds=5)
    assert refused == ["visibility"]
    assert phone.lock_screen().cards == []


def test_nor_may_the_app_itself_after_the_intent_is_done():
    refused: list[str] = []

    async def app_main(app):
        await asyncio.sleep(70)
        await start_card(refused)(None, app)

    phone = left(app_main, ios="17")
    phone.intents.tap(intent(LiveActivityIntent, short))
    phone.wait(seconds=8)
    phone.pushes.silent()
    phone.wait(seconds=10)
    assert refused == ["visibility"]


@pytest.mark.parametrize(
    ("kind", "before", "since"),
    [
        (AppIntent, "15", "16"),
        (LiveActivityIntent, "16.4", "17"),
        (CancellableIntent, "26.3", "26.4"),
        (LongRunningIntent, "26.4", "27"),
    ],
)
def test_the_version_of_each_kind(kind, before, since):
    with pytest.raises(UnavailableError, match=since):
        left(ios=before).intents.run(intent(kind, short))
    phone = left(ios=since)
    phone.intents.run(intent(kind, short))
    phone.wait(seconds=6)
    assert outcome(phone)[1] == "done"


def test_before_ios_17_a_widget_has_no_buttons():
    with pytest.raises(UnavailableError, match="buttons in widgets"):
        left(ios="16.4").intents.tap(intent(AppIntent, short))


def test_a_button_on_a_locked_phone_asks_to_unlock():
    phone = left()
    phone.lock()
    with pytest.raises(UsageError, match=r"phone\.unlock"):
        phone.intents.tap(intent(AppIntent, short))


def test_a_cancellable_intent_is_told_why():
    told: list[str] = []
    phone = left()
    phone.intents.run(intent(CancellableIntent, forever, told))
    phone.wait(minutes=1)
    assert told == ["the time limit of app intents"]


def long(every: float, total: float):
    """A long-running intent's code that reports every so many seconds."""

    async def code(self, _app):
        async def work():
            for step in range(int(total / every)):
                self.report_progress(step * every / total)
                await asyncio.sleep(every)

        await self.perform_background_task(work)

    return code


def test_a_long_running_intent_goes_on_while_it_reports():
    phone = left()
    phone.intents.tap(intent(LongRunningIntent, long(5, 600)))
    phone.wait(minutes=5)
    assert phone.app_state is State.BACKGROUND
    (card,) = phone.lock_screen().cards
    assert (card.kind, card.says(phone.clock.now)) == ("system", "50 %")
    phone.wait(minutes=6)
    assert outcome(phone) == (660_000, "done")
    assert phone.app_state is State.SUSPENDED


def test_one_that_never_reports_is_stopped_at_thirty_seconds():
    told: list[str] = []

    async def code(self, app):
        await self.perform_background_task(lambda: forever(self, app))

    phone = left()
    phone.intents.tap(intent(LongRunningIntent, code, told))
    phone.wait(minutes=2)
    assert told == ["no progress was reported in the time of an app intent"]
    assert outcome(phone)[0] // 1000 == 90


def test_outside_of_perform_background_task_the_old_limit_holds():
    told: list[str] = []

    async def code(self, _app):
        self.report_progress(0.5)
        await asyncio.sleep(10**6)

    phone = left()
    phone.intents.tap(intent(LongRunningIntent, code, told))
    phone.wait(minutes=2)
    assert told == ["the time limit of app intents"]


def test_how_long_it_may_pause_is_not_known():
    phone = left()
    phone.intents.tap(intent(LongRunningIntent, long(31, 310)))
    with pytest.raises(NotKnownError, match=r"long-running-intent\.limits-not-documented"):
        phone.wait(minutes=2)


def test_a_pause_is_counted_from_the_last_report():
    async def code(self, app):
        async def work():
            self.report_progress(0.1)
            await asyncio.sleep(20)
            self.report_progress(0.2)
            await forever(self, app)

        await self.perform_background_task(work)

    phone = left()
    phone.intents.tap(intent(LongRunningIntent, code))
    phone.wait(seconds=49)
    assert phone.app_state is State.BACKGROUND
    with pytest.raises(NotKnownError, match="30 s"):
        phone.wait(seconds=2)


def test_what_a_force_quit_does_to_it_is_not_known():
    phone = left()
    phone.intents.tap(intent(LongRunningIntent, long(5, 600)))
    phone.wait(seconds=10)
    with pytest.raises(NotKnownError, match="force quit"):
        phone.force_quit()
    phone.intents.stop()
    phone.wait(seconds=1)
    phone.force_quit()
    assert phone.app_state is State.NOT_RUNNING


def test_the_person_stops_it_on_the_card():
    told: list[str] = []
    phone = left()
    phone.intents.tap(intent(LongRunningIntent, long(5, 600), told))
    phone.wait(seconds=10)
    phone.intents.stop()
    phone.wait(seconds=1)
    assert told == ["the person stopped it"]
    assert phone.lock_screen().cards[0].state.value == "ended"
    assert phone.app_state is State.SUSPENDED
    with pytest.raises(UsageError, match="no LongRunningIntent"):
        phone.intents.stop()


def test_mistakes_with_progress():
    errors = []

    async def code(self, _app):
        try:
            self.report_progress(1.5)
        except UsageError as refused:
            errors.append(refused)

    mine = intent(LongRunningIntent, code)
    with pytest.raises(UsageError, match="tap it"):
        mine.report_progress(0.5)
    phone = left()
    phone.intents.run(mine)
    phone.wait(seconds=1)
    assert "0.0 to 1.0" in str(errors[0])


def test_intents_after_a_force_quit_are_not_known():
    phone = left()
    phone.force_quit()
    with pytest.raises(NotKnownError, match=r"force-quit\.pushes-and-intents-unsettled"):
        phone.intents.run(intent(AppIntent, short))


def test_a_phone_without_the_app_has_no_intents():
    with pytest.raises(UsageError, match="Open it once"):
        Phone(ios="27").intents.run(intent(AppIntent, short))


def test_an_intent_whose_process_ends_is_over():
    phone = left()
    phone.intents.run(intent(AppIntent, forever))
    phone.wait(seconds=5)
    phone.memory_pressure()
    phone.wait(minutes=2)
    assert phone.app_state is State.NOT_RUNNING


def test_a_story_of_60_mb_needs_the_long_running_intent():
    async def upload(app, progress=lambda share: None):
        async for sent in app.url_session.upload("story.mov", size=60 * MB):
            progress(sent)

    async def plain(_self, app):
        await upload(app)

    async def extended(self, app):
        await self.perform_background_task(lambda: upload(app, self.report_progress))

    sent = []
    for kind, code in ((AppIntent, plain), (LongRunningIntent, extended)):
        phone = left()
        phone.intents.tap(intent(kind, code))
        phone.wait(minutes=3)
        sent.append(phone.truth().transfers[0].sent)
    assert sent[0] < 60 * MB
    assert sent[1] == 60 * MB


def test_an_intent_is_performed_once_at_a_time():
    class Export(LongRunningIntent):
        async def perform(self, app):
            await asyncio.Event().wait()

    async def main(app):
        await asyncio.Event().wait()

    phone = Phone("27")
    phone.open(main)
    intent = Export()
    phone.intents.run(intent)
    with pytest.raises(UsageError, match=r"performed already\. Make another intent"):
        phone.intents.run(intent)
    phone.intents.run(Export())
    assert len(phone.lock_screen().cards) == 2


def test_an_intent_that_cannot_be_performed_wakes_no_app():
    class Wrong(AppIntent):
        title = "Wrong"

        def perform(self, app): ...

    phone = left()
    before = phone.app_state
    with pytest.raises(UsageError, match="async def perform"):
        phone.intents.run(Wrong())
    assert (before, phone.app_state) == (State.SUSPENDED, State.SUSPENDED)
