"""Local notifications: scheduled by an app that runs, shown by the system whether it runs or not."""

import pytest

from afterswipe import MB, Phone, UsageError
from afterswipe.story import STRATEGIES, Story, run

from .plants import take_back

RECIPES = [strategy for strategy in STRATEGIES if "recipe" in strategy.name]


async def scheduling(app) -> None:
    app.notifications.add("late", "Not yet", after=60)
    await app.tapped()
    app.notifications.remove_pending("late")
    app.notifications.remove_pending("late")


def shown(phone: Phone) -> list[tuple[int, str]]:
    return [(notice.at, notice.text) for notice in phone.notifications.shown]


@pytest.mark.parametrize("then", ["wait", "swipe_up", "force_quit", "lock"])
def test_it_is_shown_at_its_time_whatever_became_of_the_app(then: str):
    phone = Phone()
    phone.open(scheduling)
    getattr(phone, then)()
    phone.wait(seconds=59)
    assert shown(phone) == []
    phone.wait(minutes=10)
    assert shown(phone) == [(60_000, "Not yet")]


def test_one_that_was_taken_back_is_not_shown():
    phone = Phone()
    phone.open(scheduling)
    phone.wait(seconds=30)
    phone.tap("Take it back")
    phone.wait(minutes=10)
    assert shown(phone) == []


def test_a_second_one_under_the_same_identifier_replaces_the_first():
    async def main(app) -> None:
        app.notifications.add("late", "first", after=10)
        app.notifications.add("late", "second", after=20)

    phone = Phone()
    phone.open(main)
    phone.wait(minutes=1)
    assert shown(phone) == [(20_000, "second")]


def test_only_an_app_that_runs_can_schedule_and_only_for_later():
    phone = Phone()
    phone.open(scheduling)
    app = phone.app
    with pytest.raises(UsageError, match="above 0"):
        app.notifications.add("late", "now", after=0)
    phone.swipe_up()
    phone.wait(minutes=1)
    for call in (
        lambda: app.notifications.add("x", "y", after=1),
        lambda: app.notifications.remove_pending("x"),
    ):
        with pytest.raises(UsageError, match="suspended"):
            call()


def test_it_gives_no_run_time():
    phone = Phone()
    phone.open(scheduling)
    phone.swipe_up()
    phone.wait(minutes=5)
    assert [change.after.value for change in phone.record if hasattr(change, "after")][-1] == "suspended"


def test_without_the_claim_a_suspended_app_s_notification_is_not_shown(monkeypatch):
    take_back(monkeypatch, "life-cycle.local-notification-without-the-app")
    phone = Phone()
    phone.open(scheduling)
    phone.swipe_up()
    phone.wait(minutes=10)
    assert shown(phone) == []


@pytest.mark.parametrize("strategy", RECIPES, ids=lambda strategy: strategy.name)
@pytest.mark.parametrize("comes_back", [True, False])
def test_the_recipe_says_that_it_failed_and_only_then(strategy, comes_back: bool):
    seen: list[Phone] = []

    def away(phone: Phone) -> None:
        seen.append(phone)
        phone.wait(seconds=5)
        if comes_back:
            phone.swipe_up()
        else:
            phone.force_quit()
        phone.wait(minutes=15)

    run(strategy, Story(60 * MB), away)
    assert [text for _, text in shown(seen[0])] == (
        [] if comes_back else ["Your story is not posted yet. Open the app."]
    )
