"""Live Activities: where they may start, how they change, how long they stay, what a server may send."""

import asyncio

import pytest

from afterswipe import (
    ActivityAuthorizationError,
    Alerted,
    APIError,
    CardChanged,
    CardUpdateHeld,
    Phone,
    State,
    UnavailableError,
    UsageError,
)
from afterswipe.frameworks.activitykit.card import Card, Content

from .plants import put_back, retract

HOUR = 3600


@pytest.fixture(autouse=True)
def facts_come_back():
    yield
    put_back()


def opened(main, *, ios: str = "26", leave: bool = True) -> Phone:
    phone = Phone(ios=ios)
    phone.open(main)
    if leave:
        phone.swipe_up()
        phone.wait(seconds=5)
    return phone


def requesting(**options):
    async def main(app):
        if not list(app.activities):
            app.activities.request("Card", **options, push_type="token")

    return main


def state(phone: Phone, number: int = 1) -> str:
    return phone.cards.get(number).state.value


# Where an activity may start.


def test_a_mechanism_may_allow_a_start_in_the_background():
    seen = []

    async def main(app):
        app.begin_background_task("work")
        await asyncio.sleep(3)
        for allowed in (True, False):
            try:
                if allowed:
                    with app.activities.allow_start_for("intents.live-activity-intent"):
                        app.activities.request("From the intent", push_type="token")
                else:
                    app.activities.request("After the intent", push_type="token")
                seen.append("started")
            except ActivityAuthorizationError as refused:
                seen.append(refused.reason)
        await asyncio.sleep(100)

    opened(main, ios="17")
    assert seen == ["started", "visibility"]


def test_a_scheduled_card_is_pending_then_active_with_no_code_running():
    ran = []

    async def main(app):
        app.activities.request("Later", start=app.now + 60, alert="It begins", push_type="token")
        while True:
            ran.append(app.clock.now)
            await asyncio.sleep(1)

    phone = opened(main)
    count = len(ran)
    assert state(phone) == "pending"
    assert phone.lock_screen().cards == []
    phone.wait(seconds=55)
    assert (state(phone), len(ran)) == ("active", count)
    assert [(alert.at, alert.text) for alert in phone.record.of(Alerted)] == [(60_000, "It begins")]
    phone.wait(hours=8)
    assert state(phone) == "ended"  # the 8 hours count from its start


def test_a_pending_card_can_be_changed_and_given_up():
    async def main(app):
        first = app.activities.request("First", text="old", start=app.now + 60, alert="!", push_type="token")
        first.update(text="new")
        app.activities.request("Second", start=app.now + 60, alert="!", push_type="token").end()

    phone = opened(main)
    phone.wait(minutes=2)
    assert phone.cards.get(1).says(phone.clock.now) == "new"
    assert state(phone, 2) == "dismissed"
    assert [alert.title for alert in phone.record.of(Alerted)] == ["First"]


@pytest.mark.parametrize(
    ("ios", "options", "error", "words"),
    [
        ("18", {"start": 60, "alert": "!"}, UnavailableError, "iOS 26"),
        ("26", {"start": 60}, APIError, "alert"),
        ("26", {"start": -1, "alert": "!"}, UsageError, "past"),
        ("17", {"style": "transient"}, UnavailableError, "iOS 18"),
        ("18", {"style": "loud"}, UsageError, "standard, transient"),
        ("17", {"channel": "match"}, UnavailableError, "iOS 18"),
        ("16.1", {"stale_date": 60}, UnavailableError, r"16\.2"),
        ("18", {"stale_date": -1}, UsageError, "past"),
        ("18", {"progress": 1.1}, UsageError, "0.0 to 1.0"),
        ("18", {"timer_text": (5, 5)}, UsageError, "ends before it begins"),
        ("18", {"timer_text": (0, 5), "timer_interval": (0, 5)}, UsageError, "one timer"),
    ],
)
def test_what_a_request_refuses(ios, options, error, words):
    with pytest.raises(error, match=words):
        Phone(ios=ios).open(requesting(**options))


# How it changes, and how often.


def counting(every: float, times: int):
    async def main(app):
        card = app.activities.request("Counting", text="0", push_type="token")
        for count in range(1, times + 1):
            await asyncio.sleep(every)
            card.update(text=str(count))
        card.end("Over")

    return main


@pytest.mark.parametrize(("every", "drops"), [(0.5, True), (15, False)])
def test_of_fast_local_updates_many_are_dropped(every, drops):
    phone = opened(counting(every, 400), leave=False)
    phone.wait(hours=2)
    held = phone.record.of(CardUpdateHeld)
    assert bool(held) is drops
    assert len(held) + len(phone.record.of(CardChanged)) == 402
    assert phone.cards.get(1).says(phone.clock.now) == "Over"  # an end is never dropped


def test_updates_at_the_interval_of_the_model_are_never_dropped():
    phone = opened(counting(10, 500), leave=False)
    phone.wait(hours=2)
    assert phone.record.of(CardUpdateHeld) == []


@pytest.mark.parametrize(("times", "dropped"), [(120, 0), (121, 1)])
def test_so_many_updates_at_once_get_through_and_no_more(times, dropped):
    phone = opened(counting(0, times), leave=False)
    assert len(phone.record.of(CardUpdateHeld)) == dropped


def test_an_alert_lights_up_the_screen():
    async def main(app):
        app.activities.request("Card", push_type="token").update(text="now", alert="Look")

    assert [alert.text for alert in opened(main).record.of(Alerted)] == ["Look"]


# How long it stays.


@pytest.mark.parametrize(
    ("policy", "minutes"), [("default", 240), ("immediate", 0), (600.0, 10), (9.0 * HOUR, 240)]
)
def test_a_dismissal_policy_counts_up_to_four_hours(policy, minutes):
    async def main(app):
        app.activities.request("Card", push_type="token").end("Over", dismissal_policy=policy)

    phone = opened(main, leave=False)
    phone.wait(minutes=max(0, minutes - 1))
    assert len(phone.lock_screen().cards) == (1 if minutes else 0)
    phone.wait(minutes=1)
    assert phone.lock_screen().cards == []


def test_there_is_no_such_dismissal_policy():
    async def main(app):
        app.activities.request("Card", push_type="token").end(dismissal_policy="soon")

    with pytest.raises(UsageError, match="default, immediate"):
        opened(main)


@pytest.mark.parametrize(("style", "after"), [("transient", "ended"), ("standard", "active")])
def test_locking_ends_the_transient_style_only(style, after):
    phone = opened(requesting(style=style), leave=False)
    phone.lock()
    assert state(phone) == after


def test_collapsing_needs_a_card():
    with pytest.raises(UsageError, match="no card 3"):
        Phone().live_activities.collapse(3)


@pytest.mark.parametrize("end", [Phone.force_quit, Phone.memory_pressure], ids=["force quit", "jetsam"])
def test_a_card_outlives_its_process_and_the_next_launch_finds_it(end):
    found = []

    async def main(app):
        found.append([card.activity_state.value for card in app.activities])
        if len(found) == 1:
            app.activities.request("Card", progress=0.2, push_type="token")

    phone = opened(main)
    end(phone)
    phone.wait(minutes=5)
    assert [card.says(phone.clock.now) for card in phone.lock_screen().cards] == ["20 %"]
    phone.open()
    assert found == [[], ["active"]]


DISPUTE = "live-activity.stale-view-after-termination"


@pytest.mark.parametrize(
    ("disputes", "marked"), [({}, True), ({DISPUTE: "document"}, True), ({DISPUTE: "report"}, False)]
)
def test_the_disputed_report_is_off_unless_asked_for(disputes, marked):
    phone = Phone(ios="26.4", disputes=disputes)
    phone.open(requesting(progress=0.2, stale_date=60))
    phone.force_quit()
    phone.wait(minutes=2)
    assert state(phone) == "stale"
    assert ("Out of date" in str(phone.lock_screen())) is marked
    phone.live_activity_pushes.update(text="Over")
    assert state(phone) == "active"


def test_with_the_report_a_card_whose_app_lives_is_marked_all_the_same():
    phone = Phone(ios="26.4", disputes={DISPUTE: "report"})
    phone.open(requesting(stale_date=60))
    phone.swipe_up()
    phone.wait(minutes=2)
    assert phone.app_state is State.SUSPENDED
    assert "Out of date" in str(phone.lock_screen())


def test_the_report_is_of_26_4():
    phone = Phone(ios="26.3", disputes={DISPUTE: "report"})
    phone.open(requesting(stale_date=60))
    phone.force_quit()
    phone.wait(minutes=2)
    assert "Out of date" in str(phone.lock_screen())


# What the person allows, and how many there can be.


def test_switched_off_means_denied():
    phone = Phone()
    phone.live_activities.allow(False)
    with pytest.raises(ActivityAuthorizationError, match="denied") as refused:
        phone.open(requesting())
    assert refused.value.reason == "denied"


def test_the_app_can_ask_before():
    seen = []

    async def main(app):
        seen.append(app.activities.are_activities_enabled)

    for allowed, ios in ((True, "18"), (False, "18"), (True, "16")):
        phone = Phone(ios=ios)
        phone.live_activities.allow(allowed)
        phone.open(main)
    assert seen == [True, False, False]


def test_the_number_is_limited_and_an_end_makes_room():
    seen = []

    async def main(app):
        cards = [app.activities.request(str(number), push_type="token") for number in range(5)]
        try:
            app.activities.request("one too many", push_type="token")
        except ActivityAuthorizationError as refused:
            seen.append(refused.reason)
        cards[0].end()
        app.activities.request("room again", push_type="token")

    opened(main)
    assert seen == ["targetMaximumExceeded"]


def test_the_island_shows_the_two_most_relevant():
    async def main(app):
        for score in (1, 3, 2):
            app.activities.request(str(score), relevance_score=score, push_type="token")

    phone = opened(main)
    assert [card.title for card in phone.dynamic_island()] == ["3", "2"]
    phone.live_activity_pushes.update(number=1, relevance_score=9)
    assert [card.title for card in phone.dynamic_island()] == ["1", "3"]


def test_an_update_that_changes_nothing_changes_no_relevance():
    async def main(app):
        dropped = app.activities.request("dropped", relevance_score=1.0)
        for step in range(1, 1000):
            dropped.update(progress=step / 1000, relevance_score=float(step))
        ended = app.activities.request("ended", relevance_score=1.0)
        ended.end()
        ended.update(text="too late", relevance_score=9.0)

    dropped, ended = opened(main).cards
    assert (
        dropped.content.relevance_score == round(dropped.content.progress * 1000) < 999
    )  # the rest came too fast
    assert ended.content.relevance_score == 1.0


def test_a_push_that_a_newer_one_overtook_changes_nothing():
    for online in (True, False):
        phone = opened(requesting(relevance_score=1.0))
        phone.network.connect() if online else phone.network.disconnect()
        phone.live_activity_pushes.update(text="old", relevance_score=5.0, priority=5)
        phone.live_activity_pushes.update(text="new", relevance_score=2.0)
        phone.wait(hours=1)
        phone.network.connect()
        phone.wait(minutes=1)
        (card,) = phone.cards
        assert (card.content.text, card.content.relevance_score) == ("new", 2.0)


# What the system moves.


def test_a_timer_text_counts_with_the_app_gone_and_stops_at_its_end():
    phone = opened(requesting(text="Sending", timer_text=(0, 120)))
    phone.force_quit()
    phone.wait(seconds=55)
    assert phone.lock_screen().cards[0].says(phone.clock.now) == "Sending 1:00"
    phone.wait(minutes=5)
    assert phone.lock_screen().cards[0].says(phone.clock.now) == "Sending 2:00"


# The system's own cards.


def test_the_systems_card_is_not_the_apps():
    seen = []

    async def main(app):
        app.activities.request("Own")
        app.system.cards.add(Card("Exporting", Content(progress=0.1), "system"), "system")
        seen.extend(card.activity_state.value for card in app.activities)

    phone = opened(main, leave=False)
    assert seen == ["active"]  # it lists its own only
    assert [card.title for card in phone.dynamic_island()] == [
        "Exporting"
    ]  # not hidden with the app in front
    with pytest.raises(UsageError, match="no card 2"):
        phone.live_activity_pushes.update(number=2, text="from the server")
    phone.cards.update(2, Content(progress=0.5), "system")
    assert phone.cards.get(2).says(phone.clock.now) == "50 %"
    phone.cards.end(2, "Task failed", "system")
    phone.wait(hours=30)
    assert [card.says(phone.clock.now) for card in phone.lock_screen().cards] == ["Task failed"]
    phone.remove_card(2)
    assert phone.lock_screen().cards == []


# Pushes.


def test_a_push_of_too_many_bytes_is_refused_at_the_server():
    phone = opened(requesting())
    with pytest.raises(APIError, match="4096"):
        phone.live_activity_pushes.update(text="x" * 5000)
    with pytest.raises(APIError, match="4096"):
        phone.live_activity_pushes.start("x", text="x" * 5000, alert="!")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"number": 9}, "no card 9"),
        ({"priority": 7}, "10 or 5"),
        ({"progress": 2.0}, "0.0 to 1.0"),
        ({"stale_date": float("nan")}, "a finite number"),
    ],
)
def test_what_a_push_refuses(options, words):
    phone = opened(requesting())
    with pytest.raises(UsageError, match=words):
        phone.live_activity_pushes.update(**options)


def pushed(phone: Phone) -> list[CardChanged]:
    return [entry for entry in phone.record.of(CardChanged) if entry.by == "push"]


def test_over_the_budget_the_last_push_arrives_when_the_hour_is_over():
    phone = opened(requesting())
    for count in range(20):
        phone.live_activity_pushes.update(text=str(count))
    assert [entry.text for entry in pushed(phone)] == [str(count) for count in range(12)]
    phone.wait(minutes=59)
    assert len(pushed(phone)) == 12
    phone.wait(minutes=1)
    assert [entry.text for entry in pushed(phone)[12:]] == ["19"]


def test_low_priority_costs_nothing_and_is_late():
    phone = opened(requesting())
    for count in range(20):
        phone.live_activity_pushes.update(text=str(count), priority=5)
    assert pushed(phone) == []
    phone.wait(minutes=1)
    assert len(pushed(phone)) == 20
    phone.live_activity_pushes.update(text="at once")
    assert pushed(phone)[-1].text == "at once"


def test_a_late_push_does_not_undo_a_newer_one():
    phone = opened(requesting())
    phone.live_activity_pushes.update(text="50 %", priority=5)
    phone.live_activity_pushes.update(text="Posted")
    phone.wait(minutes=5)
    assert [entry.text for entry in pushed(phone)] == ["Posted"]
    assert "dropped, a newer one has arrived" in str(phone.record)


def test_a_push_can_mark_end_and_take_away():
    phone = opened(requesting(progress=0.2))
    phone.live_activity_pushes.update(text="Waiting", stale_date=phone.clock.now / 1000)
    phone.wait(seconds=1)
    assert state(phone) == "stale"
    phone.live_activity_pushes.end("Failed", dismissal_date=phone.clock.now / 1000 + 60)
    assert state(phone) == "ended"
    phone.wait(seconds=61)
    assert state(phone) == "dismissed"


def test_a_push_after_the_end_changes_nothing():
    phone = opened(requesting())
    phone.live_activity_pushes.end("Over")
    phone.live_activity_pushes.update(text="again")
    assert phone.lock_screen().cards[0].says(phone.clock.now) == "Over"


def test_offline_the_newest_push_waits():
    phone = opened(requesting())
    phone.network.disconnect()
    for text in ("one", "two"):
        phone.live_activity_pushes.update(text=text)
    phone.wait(minutes=1)
    assert pushed(phone) == []
    phone.network.connect()
    phone.wait(seconds=1)
    assert [entry.text for entry in pushed(phone)] == ["two"]


def test_a_start_by_push_wakes_the_app_unless_it_was_force_quit():
    launches = []

    async def main(app):
        launches.append(app.launch_reason)

    phone = opened(main)
    phone.memory_pressure()
    phone.live_activity_pushes.start("Story", alert="!")
    assert launches == ["person", "start by push"]
    phone.force_quit()
    phone.live_activity_pushes.start("Story", alert="!")
    assert launches == ["person", "start by push"]
    assert len(phone.lock_screen().cards) == 2


@pytest.mark.parametrize(("ios", "alert", "error"), [("17.1", "!", UnavailableError), ("17.2", "", APIError)])
def test_what_a_start_by_push_needs(ios, alert, error):
    phone = opened(requesting(), ios=ios)
    with pytest.raises(error):
        phone.live_activity_pushes.start("Story", alert=alert)


def test_no_start_by_push_before_the_first_launch():
    with pytest.raises(UsageError, match="token"):
        Phone().live_activity_pushes.start("Story", alert="!")


def test_a_start_that_the_person_does_not_allow_is_dropped():
    phone = opened(requesting())
    phone.live_activities.allow(False)
    phone.live_activity_pushes.start("Story", alert="!")
    assert len(list(phone.cards)) == 1
    assert "denied" in phone.record.of(CardUpdateHeld)[-1].why


def test_a_broadcast_reaches_those_who_subscribed():
    async def main(app):
        app.activities.request("Follows", text="0:0", channel="match")
        app.activities.request("Does not", text="0:0", push_type="token")

    phone = opened(main)
    phone.live_activity_pushes.broadcast("match", text="1:0")
    assert [card.content.text for card in phone.cards] == ["1:0", "0:0"]
    phone.live_activity_pushes.broadcast("match", event="end")
    assert [card.state.value for card in phone.cards] == ["ended", "active"]
    with pytest.raises(APIError, match="cannot start"):
        phone.live_activity_pushes.broadcast("match", event="start")
    with pytest.raises(UsageError, match="update, end"):
        phone.live_activity_pushes.broadcast("match", event="pause")


def test_the_switch_for_frequent_updates_ends_what_is_going_on():
    phone = opened(requesting())
    with pytest.raises(UsageError, match="declare"):
        phone.live_activities.allow_frequent_pushes(False)
    phone.live_activities.declare_frequent_updates()
    phone.live_activities.allow_frequent_pushes(True)  # no change
    assert state(phone) == "active"
    phone.live_activities.allow_frequent_pushes(False)
    assert state(phone) == "ended"


# The rules can be switched off.


def test_without_their_rules_nothing_is_held_back():
    retract(
        "live-activity.number-is-limited",
        "live-activity-push.over-budget-is-throttled",
        "live-activity.fast-local-updates-are-dropped",
    )

    async def main(app):
        cards = [app.activities.request(str(number), push_type="token") for number in range(20)]
        for count in range(500):
            cards[0].update(text=str(count))

    phone = opened(main)
    for _ in range(50):
        phone.live_activity_pushes.update(text="pushed")
    assert phone.record.of(CardUpdateHeld) == []


# What is held back.


def reached(**options):
    return opened(requesting(**options))


def held(phone: Phone) -> list[str]:
    return [str(entry) for entry in phone.record.of(CardUpdateHeld)]


def test_a_start_that_is_held_back_is_called_a_start():
    phone = reached()
    phone.network.disconnect()
    phone.live_activity_pushes.start("Next", alert="!")
    assert held(phone) == ["start of a card by the push: waits for the network"]


def offline(phone: Phone) -> None:
    phone.network.disconnect()


def over_budget(phone: Phone) -> None:
    for count in range(100):
        phone.live_activity_pushes.update(text=str(count))


@pytest.mark.parametrize("holds_back", [offline, over_budget])
def test_an_end_that_is_held_back_is_not_replaced(holds_back):
    phone = reached()
    holds_back(phone)
    phone.live_activity_pushes.end("Over")
    phone.live_activity_pushes.update(text="late")
    assert "an end is held back" in held(phone)[-1]
    phone.network.connect()
    phone.wait(hours=3)
    assert (state(phone), phone.cards.get(1).content.text) == ("ended", "Over")


def test_progress_on_a_long_text_is_an_error_of_the_push():
    phone = reached(text="x" * 4068)
    with pytest.raises(APIError, match="Send less") as refused:
        phone.live_activity_pushes.update(progress=0.123456789)
    assert not isinstance(refused.value, ActivityAuthorizationError)


def test_an_update_of_more_than_4_kb_is_dropped_and_raises_nothing():
    """Apple's `update(_:)` throws nothing; a developer saw the card keep its state."""

    async def main(app):
        card = app.activities.request("Card", text="before")
        card.update(text="x" * 5000)
        card.update(text="after")

    phone = Phone()
    phone.open(main)
    assert [card.content.text for card in phone.cards] == ["after"]
    assert "attributesTooLarge" in held(phone)[-1]


def test_what_became_too_long_on_the_way_is_dropped():
    async def main(app):
        card = app.activities.request("Card", push_type="token")
        await asyncio.sleep(3)
        card.update(text="x" * 4070)

    phone = opened(main, leave=False)
    phone.live_activity_pushes.update(progress=0.123456789, priority=5)
    phone.wait(hours=1)
    assert "attributesTooLarge" in held(phone)[-1]
