"""Run time while a source lasts: sound, location, Bluetooth."""

import asyncio

import pytest

from afterswipe import MB, APIError, NotKnownError, Phone, State, UnavailableError, UsageError

from . import invariants
from .apps import ticking


def left(app, ios: str = "18", *, stays: float = 5, then: float = 60) -> Phone:
    """A phone whose app was opened, left after `stays` seconds, and left alone for `then` seconds."""
    phone = Phone(ios=ios)
    phone.open(app)
    phone.wait(seconds=stays)
    phone.swipe_up()
    phone.wait(seconds=then)
    return phone


def playing(*, seconds: float = 10**6, silent: bool = False):
    async def app_main(app):
        app.audio.play(silent=silent)
        app.audio.play(silent=silent)
        await asyncio.sleep(seconds)
        app.audio.stop()
        await asyncio.sleep(10**6)

    return app_main


def test_an_app_runs_while_it_plays():
    phone = left(playing(seconds=3600), then=3590)
    assert phone.app_state is State.BACKGROUND
    phone.wait(seconds=10)
    assert phone.app_state is State.SUSPENDED


def test_an_interruption_ends_it():
    phone = left(playing())
    phone.background_modes.interrupt_audio()
    phone.wait(seconds=1)
    assert phone.app_state is State.SUSPENDED


def test_interrupting_nothing_does_nothing():
    Phone().background_modes.interrupt_audio()


def test_silence_runs_as_long_and_breaks_the_review_rule():
    phone = left(playing(silent=True), then=3600)
    assert phone.app_state is State.BACKGROUND
    assert "2.5.4" in phone.background_modes.review()[0]


def test_its_negation_sound_breaks_no_rule():
    assert left(playing()).background_modes.review() == []


def test_a_suspended_app_does_not_begin_to_play():
    held = []

    async def app_main(app):
        held.append(app)
        await asyncio.sleep(10**6)

    left(app_main)
    with pytest.raises(UsageError, match="suspended"):
        held[0].audio.play()


def following(updates: list[float], *, session: bool = False, card: bool = False):
    async def app_main(app):
        if session:
            app.location.background_activity_session()
        if card:
            app.activities.request("Your walk")
        async for moment in app.location.live_updates():
            updates.append(moment)

    return app_main


def test_updates_alone_end_in_the_background():
    updates: list[float] = []
    phone = left(following(updates))
    assert phone.app_state is State.SUSPENDED
    assert max(updates) == 5


@pytest.mark.parametrize("help_by", [{"session": True}, {"card": True}])
def test_a_session_or_a_live_activity_lets_them_come(help_by):
    updates: list[float] = []
    phone = left(following(updates, **help_by))
    assert phone.app_state is State.BACKGROUND
    assert updates == [float(second) for second in range(1, 66)]


@pytest.mark.parametrize("help_by", [{"session": True}, {"card": True}])
def test_who_is_left_before_the_first_update_gets_them_too(help_by):
    updates: list[float] = []
    phone = left(following(updates, **help_by), stays=0)
    assert phone.app_state is State.BACKGROUND
    assert max(updates) == 60


def test_a_session_that_was_open_is_taken_up_in_a_background_launch():
    refused = []

    async def app_main(app):
        app.location.start_monitoring_significant_location_changes()
        try:
            app.location.background_activity_session()
        except APIError as error:
            refused.append(error)
        await asyncio.sleep(10**6)

    phone = left(app_main)
    phone.memory_pressure()
    assert phone.background_modes.location_event()
    assert refused == []


def test_without_one_that_was_open_it_is_refused_in_a_background_launch():
    refused = []

    async def app_main(app):
        app.location.start_monitoring_significant_location_changes()
        if app.launch_reason != "person":
            with pytest.raises(APIError):
                app.location.background_activity_session()
            refused.append(app.launch_reason)
        await asyncio.sleep(10**6)

    phone = left(app_main)
    phone.memory_pressure()
    assert phone.background_modes.location_event()
    assert refused == ["location event"]


def test_a_live_activity_alone_gives_no_time():
    ran: list[int] = []
    phone = left(ticking(ran))
    assert phone.app_state is State.SUSPENDED
    invariants.every(phone, ran)


def test_without_the_card_the_updates_end():
    updates: list[float] = []
    phone = left(following(updates, card=True))
    phone.remove_card()
    phone.wait(seconds=2)
    assert phone.app_state is State.SUSPENDED
    assert max(updates) == 65


def test_without_the_source_the_time_ends():
    updates: list[float] = []
    phone = left(following(updates, session=True))
    phone.background_modes.location_services = False
    phone.wait(seconds=2)
    assert phone.app_state is State.SUSPENDED


def test_back_in_front_the_updates_come_again():
    updates: list[float] = []
    phone = left(following(updates))
    phone.open()
    phone.wait(seconds=3)
    assert max(updates) == 68


def test_stop_and_invalidate():
    updates: list[float] = []
    held = []

    async def app_main(app):
        held.append(app)
        await following(updates, session=True)(app)

    phone = left(app_main)
    held[0].location.invalidate()
    phone.wait(seconds=2)
    assert phone.app_state is State.SUSPENDED
    held[0].location.stop()
    phone.open()
    phone.wait(seconds=5)
    assert max(updates) == 65


def test_a_first_session_is_opened_in_the_foreground():
    errors = []

    async def app_main(app):
        app.begin_background_task("a little longer")
        await asyncio.sleep(10)
        try:
            app.location.background_activity_session()
        except APIError as refused:
            errors.append(refused)

    left(app_main, then=20)
    assert errors[0].claim == "location.background-activity-session"


def test_before_ios_17_there_are_no_live_updates():
    with pytest.raises(UnavailableError, match="17"):
        left(following([]), ios="16.7")
    with pytest.raises(UnavailableError, match="17"):
        left(following([], session=True), ios="16.7")


async def arming_once(app):
    if app.launch_reason == "person":
        app.location.start_monitoring_significant_location_changes()
    await asyncio.sleep(10**6)


async def arming(app):
    app.location.start_monitoring_significant_location_changes()
    await asyncio.sleep(10**6)


def events(app_main, *, quits: bool = False, disputes: dict | None = None) -> list[bool]:
    phone = Phone(disputes=disputes)
    phone.open(app_main)
    phone.swipe_up()
    woken = []
    for _ in range(3):
        phone.wait(minutes=2)
        if quits:
            phone.force_quit()
        else:
            phone.memory_pressure()
        woken.append(phone.background_modes.location_event())
    return woken


def test_a_location_event_wakes_once_until_it_is_armed_again():
    assert events(ticking([])) == [False] * 3
    assert events(arming_once) == [True, False, False]
    assert events(arming) == [True, True, True]


def test_after_a_force_quit_a_dispute_decides():
    rule = "location.relaunch-after-force-quit"
    assert events(arming, quits=True) == events(arming, quits=True, disputes={rule: "document"}) == [True] * 3
    assert events(arming, quits=True, disputes={rule: "report"}) == [False] * 3


def test_background_app_refresh_off_keeps_places_from_waking_the_app():
    phone = left(arming)
    phone.wait(minutes=2)
    phone.conditions.background_app_refresh = False
    assert not phone.background_modes.location_event()
    phone.conditions.background_app_refresh = True
    assert phone.background_modes.location_event()
    assert "location.needs-background-app-refresh" in {rule.id for rule in phone.why()}


def test_after_a_restart_places_wake_nobody_before_the_first_unlock():
    phone = left(arming)
    phone.wait(minutes=2)
    phone.restart()
    assert not phone.background_modes.location_event()
    assert "location.not-before-first-unlock" in {rule.id for rule in phone.why()}


def test_only_running_code_arms_it():
    phone = left(ticking([]))
    phone.wait(minutes=1)
    with pytest.raises(UsageError, match="suspended"):
        phone.app.location.start_monitoring_significant_location_changes()


@pytest.mark.parametrize("uploads", [True, False])
def test_location_that_keeps_a_transfer_alive_is_a_finding(uploads):
    held = []

    async def app_main(app):
        app.location.background_activity_session()
        if uploads:
            held.append(asyncio.ensure_future(drain(app.url_session.upload("archive.zip", size=500 * MB))))
        async for _ in app.location.live_updates():
            pass

    async def drain(task):
        async for _ in task:
            pass

    phone = left(app_main, then=60)
    found = phone.background_modes.review()
    assert bool(found) is uploads
    if uploads:
        assert "2.5.4" in found[0]
        assert "archive.zip" in found[0]


async def waiting(app):
    app.bluetooth.wait_for_event()
    await asyncio.sleep(10**6)


@pytest.mark.parametrize("ios", ["7", "18", "27"])
def test_an_accessory_wakes_and_relaunches(ios):
    phone = left(waiting, ios=ios)
    assert phone.background_modes.bluetooth_event()
    phone.wait(minutes=1)
    phone.memory_pressure()
    assert phone.background_modes.bluetooth_event()
    assert phone.app is not None
    assert phone.app.launch_reason == "Bluetooth"


def test_an_accessory_launches_nothing_between_a_restart_and_the_first_unlock():
    phone = left(waiting)
    phone.restart()
    assert not phone.background_modes.bluetooth_event()
    assert phone.app is None
    phone.unlock()
    assert phone.background_modes.bluetooth_event()
    assert "bluetooth.relaunch-after-restart" in {rule.id for rule in phone.why()}


@pytest.mark.parametrize("ios", ["7", "18", "18.5"])
def test_not_after_a_force_quit(ios):
    phone = left(waiting, ios=ios)
    phone.force_quit()
    assert not phone.background_modes.bluetooth_event()
    assert phone.app_state is State.NOT_RUNNING


def test_since_ios_26_that_is_not_known():
    phone = left(waiting, ios="26")
    phone.force_quit()
    with pytest.raises(NotKnownError, match="AccessorySetupKit"):
        phone.background_modes.bluetooth_event()


def test_an_app_that_waits_for_nothing():
    with pytest.raises(UsageError, match="wait_for_event"):
        left(ticking([])).background_modes.bluetooth_event()


def test_before_ios_7_there_is_no_state_restoration():
    with pytest.raises(UnavailableError, match="7"):
        left(waiting, ios="6")
