"""Pushes: who is woken, when not, and what the app has to do for it."""

import asyncio

import pytest

from afterswipe import (
    APIError,
    NotKnownError,
    Phone,
    PushArrived,
    State,
    StateChanged,
    UnavailableError,
    UsageError,
)

from . import invariants
from .apps import ticking


def left(app, ios: str = "18", then: float = 60) -> Phone:
    """A phone whose app was opened and left, `then` seconds ago."""
    phone = Phone(ios=ios)
    phone.open(app)
    phone.swipe_up()
    phone.wait(seconds=then)
    return phone


def sleeping(arrived: list[float], *, complete: bool = True):
    async def app_main(app):
        def handler():
            arrived.append(app.now)
            if complete:
                app.complete_wake()

        app.pushes.did_receive_remote_notification(handler)
        await asyncio.sleep(10**6)

    return app_main


def test_a_silent_push_calls_the_handler_of_a_suspended_app():
    arrived: list[float] = []
    phone = left(sleeping(arrived))
    assert phone.pushes.silent() == "the app was woken"
    phone.wait(seconds=1)
    assert arrived == [60.0]
    assert phone.app_state is State.SUSPENDED


def test_an_app_that_does_not_complete_runs_thirty_seconds():
    phone = left(sleeping([], complete=False))
    phone.pushes.silent()
    phone.wait(seconds=29)
    assert phone.app_state is State.BACKGROUND
    phone.wait(seconds=2)
    assert phone.app_state is State.SUSPENDED


def test_a_silent_push_launches_an_app_that_the_system_ended():
    arrived: list[float] = []
    phone = left(sleeping(arrived))
    phone.memory_pressure()
    phone.pushes.silent()
    phone.wait(seconds=1)
    assert arrived == [60.0]
    assert phone.app_state is State.SUSPENDED


def test_an_app_in_front_is_given_the_push_and_nothing_is_counted():
    arrived: list[float] = []
    phone = Phone()
    phone.open(sleeping(arrived))
    for _ in range(10):
        assert phone.pushes.silent() == "given to the app, which is in front"
        phone.wait(minutes=1)
    assert len(arrived) == 10


def test_beyond_the_budget_pushes_wait_and_arrive_as_one():
    arrived: list[float] = []
    phone = left(sleeping(arrived), then=0)
    outcomes = [phone.pushes.silent() for _ in range(20)]
    assert outcomes[:3] == ["the app was woken"] * 3
    assert all(outcome.startswith("waits") for outcome in outcomes[3:])
    phone.wait(minutes=59)
    assert len(arrived) == 3
    phone.wait(hours=5)
    assert len(arrived) == 4


def test_three_an_hour_all_arrive():
    arrived: list[float] = []
    phone = left(sleeping(arrived), then=0)
    for _ in range(12):
        phone.wait(minutes=20)
        phone.pushes.silent()
    phone.wait(minutes=1)
    assert len(arrived) == 12


def test_a_force_quit_discards_a_push_and_one_that_waits():
    arrived: list[float] = []
    phone = left(sleeping(arrived), then=0)
    for _ in range(4):
        phone.pushes.silent()
    phone.wait(minutes=1)
    phone.force_quit()
    assert phone.pushes.silent() == "discarded, the person force quit the app"
    phone.open()
    phone.swipe_up()
    phone.wait(hours=2)
    assert len(arrived) == 3
    assert "discarded" in phone.record.of(PushArrived)[-1].outcome


@pytest.mark.parametrize("condition", [{"background_app_refresh": False}, {"low_power_mode": True}])
def test_without_background_app_refresh_nobody_is_woken(condition):
    arrived: list[float] = []
    phone = left(sleeping(arrived))
    for name, value in condition.items():
        setattr(phone.conditions, name, value)
    assert "Background App Refresh" in phone.pushes.silent()
    phone.wait(hours=1)
    assert arrived == []


def test_the_headers_of_a_silent_push():
    phone = left(sleeping([]), ios="13")
    for headers in ({"priority": 10}, {"push_type": "alert"}):
        with pytest.raises(APIError, match="'background' and 5"):
            phone.pushes.silent(**headers)
    assert left(sleeping([]), ios="12").pushes.silent(priority=10) == "the app was woken"


def test_before_ios_7_there_are_no_silent_pushes():
    with pytest.raises(UnavailableError, match=r"Phone\(ios='7"):
        left(sleeping([]), ios="6").pushes.silent()


def test_a_phone_without_the_app_takes_no_silent_push():
    assert "no such app" in Phone().pushes.silent()
    assert "no such app" in Phone().pushes.voip("Anna")


def test_an_alert_push_is_shown_and_wakes_nobody():
    ran: list[int] = []
    phone = left(ticking(ran))
    count = len(ran)
    phone.pushes.alert("Anna liked it")
    phone.wait(minutes=1)
    assert phone.pushes.notifications == ["Anna liked it"]
    assert len(ran) == count
    invariants.every(phone, ran)


def test_an_alert_push_is_shown_after_a_force_quit_too():
    phone = left(sleeping([]))
    phone.force_quit()
    phone.pushes.alert("Anna liked it", mutable_content=True)
    assert phone.pushes.notifications == ["Anna liked it"]


def ringing(report: bool):
    async def app_main(app):
        def handler(caller):
            if report:
                app.pushes.report_new_incoming_call(caller)

        app.pushes.did_receive_incoming_push(handler)
        await asyncio.sleep(10**6)

    return app_main


@pytest.mark.parametrize("ios", ["13", "27"])
def test_a_voip_push_without_a_call_ends_the_app(ios):
    phone = left(ringing(report=False), ios=ios)
    phone.pushes.voip("Anna")
    phone.wait(seconds=1)
    assert phone.app_state is State.NOT_RUNNING
    assert "no call was reported" in phone.record.of(StateChanged)[-1].note


def test_it_ends_an_app_in_front_as_well():
    phone = Phone()
    phone.open(ringing(report=False))
    phone.pushes.voip("Anna")
    phone.wait(seconds=1)
    assert phone.app_state is State.NOT_RUNNING


def test_a_reported_call_rings_and_the_app_lives():
    phone = left(ringing(report=True))
    phone.memory_pressure()
    phone.pushes.voip("Anna")
    phone.wait(seconds=1)
    assert phone.pushes.calls == ["Anna"]
    assert phone.app_state is State.BACKGROUND


def test_before_ios_13_no_call_has_to_be_reported():
    phone = left(ringing(report=False), ios="12")
    phone.pushes.voip("Anna")
    phone.wait(seconds=1)
    assert phone.app_state is State.BACKGROUND


def test_what_a_voip_push_does_after_a_force_quit_is_not_known():
    phone = left(ringing(report=True))
    phone.force_quit()
    with pytest.raises(NotKnownError, match=r"force-quit\.pushes-and-intents-unsettled"):
        phone.pushes.voip("Anna")
    assert phone.app_state is State.NOT_RUNNING


def test_nobody_reports_a_call_for_a_suspended_app():
    held = []

    async def app_main(app):
        held.append(app)
        await asyncio.sleep(10**6)

    left(app_main)
    with pytest.raises(UsageError, match="suspended"):
        held[0].pushes.report_new_incoming_call("Anna")


def talking(seconds: float, errors: list[Exception]):
    async def app_main(app):
        app.pushes.request_begin_transmitting()
        try:
            app.pushes.request_begin_transmitting()
        except UsageError as refused:
            errors.append(refused)
        await asyncio.sleep(seconds)
        app.pushes.stop_transmitting()
        app.pushes.stop_transmitting()
        await asyncio.sleep(10**6)

    return app_main


def test_push_to_talk_gives_time_while_it_transmits():
    errors: list[Exception] = []
    phone = left(talking(300, errors), then=299)
    assert phone.app_state is State.BACKGROUND
    phone.wait(seconds=2)
    assert phone.app_state is State.SUSPENDED
    assert "already" in str(errors[0])


def test_before_ios_16_there_is_no_push_to_talk():
    with pytest.raises(UnavailableError, match="16"):
        left(talking(1, []), ios="15")


def test_a_process_that_is_gone_takes_no_push_from_the_one_that_runs():
    heard, apps = [], []

    async def main(app):
        apps.append(app)
        app.pushes.did_receive_remote_notification(lambda: heard.append(app))
        await asyncio.Event().wait()

    phone = Phone()
    phone.open(main)
    phone.swipe_up()
    phone.wait(seconds=30)
    phone.memory_pressure()
    phone.pushes.silent()
    with pytest.raises(UsageError, match="not running, so its code cannot take pushes"):
        apps[0].pushes.did_receive_remote_notification(lambda: heard.append(None))
    phone.pushes.silent()
    phone.wait(seconds=1)
    assert heard == [apps[1], apps[1]]
