"""Programs of the sort that an engineer writes to test the guide, each with what a phone does by the claims."""

import asyncio

import pytest

from afterswipe import MB, ActivityState, Application, LiveActivityIntent, Phone, UsageError

from .apps import left


def test_an_assertion_taken_when_the_time_is_over_is_none():
    """The time belongs to the app: a second one in a row gets no more of it."""
    seen: list[object] = []

    async def app_main(app: Application) -> None:
        def expires() -> None:
            app.end_background_task(first)
            seen.append(app.begin_background_task("late"))
            app.perform_expiring_activity("late", seen.append)

        first = app.begin_background_task("first", expires)
        await asyncio.sleep(60)

    phone = left(app_main, then=600)
    assert seen == [0, True]
    assert phone.app_state.value == "suspended"
    assert phone.endings.last is None


def test_an_expiration_handler_gets_no_second_time():
    seen: list[object] = []

    async def app_main(app: Application) -> None:
        def again() -> None:
            seen.append(app.begin_background_task("again", again))
            app.end_background_task(first)

        first = app.begin_background_task("first", again)
        await asyncio.sleep(600)

    phone = left(app_main, then=600)
    assert seen == [0]
    assert phone.endings.last is None


def test_location_of_an_earlier_process_moves_nothing():
    async def app_main(app: Application) -> None:
        if app.now < 5:
            app.location.background_activity_session()
            async for _ in app.location.live_updates():
                pass
        else:
            task = app.begin_background_task("upload")
            async for _ in app.url_session.upload("story.mov", size=20 * MB):
                pass
            app.end_background_task(task)

    phone = left(app_main, then=10)
    phone.terminate("memory was needed")
    phone.open()
    phone.wait(seconds=1)
    phone.swipe_up()
    phone.wait(seconds=40)
    assert phone.truth().transfers[0].outcome == "done"
    assert phone.background_modes.review() == []


def test_an_upload_that_the_app_gives_up_has_stopped():
    async def app_main(app: Application) -> None:
        card = app.activities.request("Posting", progress=0.0)
        try:
            async with asyncio.timeout(5):
                async for sent in app.url_session.upload("story.mov", size=60 * MB):
                    card.update(progress=sent)
        except TimeoutError:
            await asyncio.sleep(3600)

    phone = left(app_main, after=10, then=60)
    truth = phone.truth()
    assert truth.transfers[0].outcome == "the app gave it up"
    assert truth.transfers[0].stopped == 5_000
    assert truth.is_so(1).word == "stopped"
    assert [(gap.what, gap.work) for gap in truth.gaps] == [("frozen", "stopped")]


def test_a_card_that_was_scheduled_and_ended_is_never_shown():
    states = []

    async def app_main(app: Application) -> None:
        card = app.activities.request("Match", text="Soon", start=app.now + 600, alert="It begins")
        await asyncio.sleep(1)
        card.end("Called off")
        await asyncio.sleep(1)
        states.append(card.activity_state)

    phone = left(app_main, ios="26", then=1200)
    assert states == [ActivityState.DISMISSED]
    assert phone.lock_screen().cards == []


@pytest.mark.parametrize("took", ["disconnect", "enter_captive_portal"])
def test_no_push_reaches_a_phone_without_a_network(took: str):
    async def app_main(app: Application) -> None:
        app.pushes.did_receive_incoming_push(app.pushes.report_new_incoming_call)
        await asyncio.sleep(10**6)

    phone = left(app_main, then=60)
    getattr(phone.network, took)()
    for outcome in (phone.pushes.silent(), phone.pushes.alert("News"), phone.pushes.voip("Mother")):
        assert outcome == "not delivered, nothing from outside reaches the phone"
    phone.wait(seconds=5)
    assert (phone.pushes.notifications, phone.pushes.calls, phone.app_state.value) == ([], [], "suspended")


def test_a_card_stays_behind_an_upload_that_starts_over():
    async def app_main(app: Application) -> None:
        upload = app.background_url_session.upload("story.mov", size=60 * MB)
        card = app.activities.request("Posting", progress=0.0)
        async for sent in upload:
            card.update(progress=sent)

    phone = left(app_main, after=20, then=3)
    assert not phone.truth().gap
    phone.network.switch_to("cellular", uplink=3)
    phone.wait(seconds=30)
    (gap,) = phone.truth().gaps
    assert (gap.what, gap.work, gap.start) == ("frozen", "goes on again", 23_000)
    assert gap.so == "the work goes on again; 0 bytes of 60 MB arrived"
    assert "For 30 s it says “51 %”, and less has arrived (frozen)." in str(phone.truth())
    assert "░" in str(phone.timeline())


def test_no_event_of_a_place_wakes_an_app_that_never_armed_it():
    async def app_main(app: Application) -> None:
        await asyncio.sleep(10**6)

    assert not left(app_main, then=60).background_modes.location_event()


def test_a_run_lasts_at_most_a_year():
    phone = Phone()
    for hours in (1e300, 366 * 24):
        with pytest.raises(UsageError, match="a run lasts at most a year"):
            phone.wait(hours=hours)
    phone.wait(hours=365 * 24)
    assert phone.timeline()._repr_svg_().count("<text") < 40
    with pytest.raises(UsageError, match="a run lasts at most a year"):
        phone.wait(seconds=1)


def test_who_is_told_of_a_push_or_a_tap_runs_at_once():
    woken: list[float] = []

    class Start(LiveActivityIntent):
        title = "Start"

        async def perform(self, app):
            app.activities.request("Run")

    async def did_receive(extension):
        extension.content_handler("shorter")

    async def app_main(app: Application) -> None:
        app.pushes.did_receive_remote_notification(lambda: woken.append(app.now))
        app.pushes.did_receive_incoming_push(app.pushes.report_new_incoming_call)
        await asyncio.sleep(10**6)

    phone = left(app_main, after=2, then=98)
    phone.pushes.silent()
    phone.pushes.voip("Ann")
    phone.intents.tap(Start())
    phone.pushes.install_service_extension(did_receive)
    phone.pushes.alert("long", mutable_content=True)
    assert (woken, phone.pushes.calls, phone.pushes.notifications) == ([100], ["Ann"], ["shorter"])
    assert [card.title for card in phone.lock_screen().cards] == ["Run"]


WAITS = {
    "an upload": lambda app, _card: aiter(app.url_session.upload("a", size=5)).__anext__(),
    "a background upload": lambda app, _card: aiter(
        app.background_url_session.upload("a", size=5)
    ).__anext__(),
    "a client": lambda app, _card: app.url_session.client().get("https://api.example/"),
    "a token": lambda _app, card: aiter(card.push_token_updates).__anext__(),
    "a state": lambda _app, card: aiter(card.activity_state_updates).__anext__(),
    "a card": lambda app, _card: aiter(app.activities.activity_updates).__anext__(),
    "a tap": lambda app, _card: app.tapped(),
    "a place": lambda app, _card: aiter(app.location.live_updates()).__anext__(),
}


@pytest.mark.parametrize("wait", WAITS.values(), ids=WAITS)
def test_another_loop_does_not_wait_for_ever_for_what_happens_in_the_app(wait):
    held = []

    async def app_main(app: Application) -> None:
        held.extend([app, app.activities.request("Run", push_type="token")])
        await asyncio.sleep(10**6)

    async def outside():
        async with asyncio.timeout(0.01):
            await wait(*held)

    Phone().open(app_main)
    with pytest.raises(UsageError, match="in the app's coroutine, without"):
        asyncio.run(outside())
