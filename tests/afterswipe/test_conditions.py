"""The conditions of the device and the person who uses it."""

import asyncio

import pytest

from afterswipe import MB, ConditionChanged, PersonDid, Phone, UsageError
from afterswipe.story import Person

from . import invariants
from .apps import ticking


def waiting_upload(**conditions: bool) -> Phone:
    """A phone with a discretionary upload on Wi-Fi, under conditions, after an hour."""

    async def app(app):
        app.background_url_session.is_discretionary = True
        app.background_url_session.upload("film.mov", size=6 * MB)

    phone = Phone()
    for name, value in conditions.items():
        setattr(phone.conditions, name, value)
    phone.open(app)
    phone.wait(hours=1)
    return phone


@pytest.mark.parametrize("condition", ["low_power_mode", "low_data_mode"])
def test_discretionary_work_waits(condition: str):
    phone = waiting_upload(**{condition: True})
    assert phone.daemon.transfers[0].outcome == ""
    assert "Low" in phone.daemon.waiting()["film.mov"]
    setattr(phone.conditions, condition, False)
    phone.wait(minutes=1)
    assert phone.daemon.transfers[0].outcome == "done"
    assert phone.daemon.waiting() == {}


def test_its_negation_with_nothing_against_it_it_moves():
    assert waiting_upload().daemon.transfers[0].outcome == "done"


@pytest.mark.parametrize("condition", ["low_power_mode", "low_data_mode"])
def test_other_transfers_do_not_wait(condition: str):
    async def app(app):
        app.background_url_session.upload("film.mov", size=6 * MB)

    phone = Phone()
    setattr(phone.conditions, condition, True)
    phone.open(app)
    phone.wait(minutes=1)
    assert phone.daemon.transfers[0].outcome == "done"


def test_refresh_is_denied_by_the_switch_or_by_low_power_mode():
    phone = Phone()
    assert phone.conditions.background_refresh_status == "available"
    phone.conditions.low_power_mode = True
    assert phone.conditions.background_refresh_status == "denied"
    phone.conditions.low_power_mode = False
    phone.conditions.background_app_refresh = False
    assert phone.conditions.background_refresh_status == "denied"


def test_a_change_is_in_the_record_once():
    phone = Phone()
    phone.conditions.charging = True
    phone.conditions.charging = True
    assert [str(entry) for entry in phone.record.of(ConditionChanged)] == ["charging: True"]


def test_a_change_is_told_once_and_locking_is_one():
    told = []
    phone = Phone()
    phone.conditions.watch(told.append)
    phone.conditions.battery = 0.2
    phone.conditions.battery = 0.2
    phone.lock()
    phone.lock()
    phone.unlock()
    assert told == ["battery", "locked", "locked"]
    assert not phone.conditions.locked


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("battery", 80, "0.0 to 1.0"),
        ("battery", -0.1, "0.0 to 1.0"),
        ("low_power", True, "low_power_mode"),
        ("charging", "yes", "True or False"),
        ("locked", True, "phone.lock()"),
    ],
)
def test_what_cannot_be_is_refused(name: str, value: object, says: str):
    phone = Phone()
    with pytest.raises(UsageError, match=says.replace("(", r"\(").replace(")", r"\)")):
        setattr(phone.conditions, name, value)
    assert len(list(phone.record)) == 0


@pytest.mark.parametrize(
    ("name", "before", "since"),
    [("low_power_mode", "8", "9"), ("low_data_mode", "12", "13"), ("background_app_refresh", "6", "7")],
)
def test_a_switch_exists_since_its_version(name: str, before: str, since: str):
    with pytest.raises(UsageError, match=f"iOS {before} has no switch {name}.*{since}"):
        setattr(Phone(ios=before).conditions, name, False)
    setattr(Phone(ios=since).conditions, name, False)


def test_the_same_person_does_the_same_and_another_does_not():
    def day(seed: int) -> list[str]:
        ran: list[int] = []
        phone = Phone()
        phone.open(ticking(ran, every=1))
        Person(seed).follow(phone, hours=5)
        assert phone.clock.now == 5 * 3_600_000
        invariants.every(phone, ran)
        return [f"{did.at} {did}" for did in phone.record.of(PersonDid)]

    assert day(1) == day(1)
    assert day(1) != day(2)


def test_people_do_everything_that_a_person_can_do():
    async def quiet(app):
        await asyncio.sleep(1_000_000)

    done: set[str] = set()
    for seed in range(20):
        phone = Phone()
        phone.open(quiet)
        Person(seed).follow(phone, hours=3)
        done |= {did.what for did in phone.record.of(PersonDid)}
    assert {"opens the app", "swipes up", "locks the phone", "force quits the app"} <= done


def test_a_person_needs_an_app_and_a_time():
    with pytest.raises(UsageError, match="no app on the phone"):
        Person(1).follow(Phone())
    phone = Phone()
    phone.open(ticking([]))
    with pytest.raises(UsageError, match="above 0"):
        Person(1).follow(phone, hours=0)


def test_a_wait_and_a_script_end_where_their_condition_says_so():
    async def main(app) -> None:
        while True:
            await asyncio.sleep(1)

    phone = Phone()
    phone.open(main)
    phone.clock.at(5_000, lambda: done.append(1))
    done: list[int] = []
    phone.wait(minutes=1, until=lambda: bool(done))
    assert phone.clock.now == 5_000
    phone.wait(seconds=1, until=lambda: False)
    assert phone.clock.now == 6_000
    Person(1).follow(phone, hours=1, until=lambda: phone.clock.now >= 600_000)
    assert 600_000 <= phone.clock.now < 3_600_000
    before = len(list(phone.record))
    Person(1).follow(phone, hours=1, until=lambda: True)
    assert len(list(phone.record)) == before
