"""Push tokens: who is given one, when, what an old one does, and that a server knows only what the app's code sent."""

import httpx
import pytest

from afterswipe import ActivityState, APIError, Application, Phone, State, UnavailableError, UsageError
from afterswipe.story import TokenServer

SERVER = "https://push.example"


class Kept:
    """What an app saw of its cards: tokens, states, other cards."""

    def __init__(self) -> None:
        self.tokens: list[str] = []
        self.states: list[ActivityState] = []
        self.starts: list[str] = []
        self.cards: list[str] = []
        self.launches = 0


def requesting(kept: Kept, *, push_type: str = "token", starts: bool = True):
    async def main(app: Application) -> None:
        kept.launches += 1
        if app.launch_reason == "person":
            follow(app, kept, app.activities.request("Story", text="first", push_type=push_type))
        app.process.loop.create_task(into(kept.cards, app.activities.activity_updates, lambda card: card.id))
        if starts:
            app.process.loop.create_task(into(kept.starts, app.activities.push_to_start_token_updates))

    return main


def follow(app: Application, kept: Kept, card) -> None:
    app.process.loop.create_task(into(kept.tokens, card.push_token_updates))
    app.process.loop.create_task(into(kept.states, card.activity_state_updates))


async def into(kept: list, stream, what=lambda value: value) -> None:
    async for value in stream:
        kept.append(what(value))


def opened(kept: Kept, **options) -> Phone:
    phone = Phone("18")
    phone.open(requesting(kept, **options))
    phone.wait(seconds=1)
    return phone


# The streams.


def test_a_card_has_the_token_that_its_stream_tells():
    kept = Kept()
    phone = opened(kept)
    [token] = kept.tokens
    assert phone.apns.send(token, text="second").status_code == 200
    assert phone.cards.get(1).content.text == "second"
    assert kept.starts != kept.tokens


def test_in_the_line_after_the_request_there_is_no_token_yet():
    seen = []

    async def main(app):
        card = app.activities.request("Run", push_type="token")
        seen.append(card.push_token)
        seen.append(await anext(aiter(card.push_token_updates)))
        seen.append(card.push_token)

    phone = Phone()
    phone.open(main)
    assert seen[0] is None
    assert seen[1] == seen[2] == next(iter(phone.app.activities)).push_token
    assert "live-activity-push.token-comes-later" in [claim.id for claim in phone.why()]


def test_a_card_that_was_requested_without_push_type_has_none():
    kept = Kept()
    phone = opened(kept, push_type="")
    assert kept.tokens == []
    assert next(iter(phone.app.activities)).push_token is None
    with pytest.raises(UsageError, match="push_type='token'"):
        phone.live_activity_pushes.update(text="second")


def test_a_push_type_that_there_is_not_is_refused():
    with pytest.raises(UsageError, match="no push type 'tokens'"):
        opened(Kept(), push_type="tokens")


def test_the_states_of_a_card_are_told_one_by_one():
    kept = Kept()
    phone = opened(kept)
    phone.live_activity_pushes.update(text="late", stale_date=2)
    phone.wait(seconds=5)
    phone.live_activity_pushes.end("over", dismissal_date=20)
    phone.wait(seconds=60)
    assert kept.states == [ActivityState.STALE, ActivityState.ENDED, ActivityState.DISMISSED]


def test_a_suspended_app_hears_of_the_newest_when_it_runs_again():
    kept = Kept()
    phone = opened(kept)
    phone.swipe_up()
    phone.wait(minutes=1)
    phone.live_activity_pushes.end("over")
    phone.wait(minutes=1)
    assert kept.states == []
    phone.open()
    phone.wait(seconds=1)
    assert kept.states == [ActivityState.ENDED]


def test_a_process_that_is_gone_follows_nothing():
    kept = Kept()
    phone = opened(kept)
    phone.force_quit()
    phone.live_activity_pushes.end("over")
    phone.wait(minutes=1)
    assert kept.states == []
    assert phone.cards.tokens.listeners == {}


def test_before_ios_17_2_there_is_no_token_for_starts():
    phone = Phone("17.1")
    with pytest.raises(UnavailableError, match=r"17\.2"):
        phone.open(requesting(Kept()))


# A token that changes.


def test_a_changed_token_wakes_the_app_and_the_old_one_is_answered_410():
    kept = Kept()
    phone = opened(kept)
    phone.swipe_up()
    phone.wait(minutes=1)
    assert phone.app_state is State.SUSPENDED
    phone.live_activities.rotate_push_token()
    assert phone.app_state is State.BACKGROUND
    phone.wait(seconds=1)
    old, new = kept.tokens
    answer = phone.apns.send(old, text="second")
    assert (answer.status_code, answer.json()["reason"]) == (410, "Unregistered")
    assert phone.cards.get(1).content.text == "first"
    assert phone.apns.send(new, text="second").status_code == 200
    assert "live-activity-push.new-token-gives-run-time" in phone.rules.used


@pytest.mark.parametrize("push", [{}, {"event": "end"}, {"event": "start", "title": "Next", "alert": "!"}])
def test_a_push_over_4_kb_is_answered_413_and_changes_nothing(push: dict):
    kept = Kept()
    phone = opened(kept)
    [token] = kept.starts if "title" in push else kept.tokens
    answer = phone.apns.send(token, text="x" * 5_000, **push)
    assert (answer.status_code, answer.json()["reason"]) == (413, "PayloadTooLarge")
    assert [card.content.text for card in phone.cards] == ["first"]
    assert phone.apns.send(token, text="second", **push).status_code == 200


def test_a_start_without_an_alert_is_still_the_servers_mistake():
    kept = Kept()
    phone = opened(kept)
    with pytest.raises(APIError, match="needs an alert"):
        phone.apns.send(kept.starts[0], event="start", title="Next")


def test_a_force_quit_app_is_not_woken_for_it():
    kept = Kept()
    phone = opened(kept)
    phone.force_quit()
    phone.live_activities.rotate_push_token()
    phone.wait(seconds=1)
    assert (kept.launches, len(kept.tokens)) == (1, 1)


def test_a_card_without_a_token_has_none_that_could_change():
    phone = opened(Kept(), push_type="")
    with pytest.raises(UsageError, match="no push token"):
        phone.live_activities.rotate_push_token()


def test_an_old_token_for_starts_is_accepted_and_no_card_appears():
    kept = Kept()
    phone = opened(kept)
    [old] = kept.starts
    phone.live_activities.rotate_push_to_start_token()
    phone.wait(seconds=1)
    new = kept.starts[1]
    assert new == phone.app.activities.push_to_start_token
    assert phone.apns.send(old, event="start", title="Next", alert="!").status_code == 200
    assert len(list(phone.cards)) == 1
    assert phone.apns.send(new, event="start", title="Next", alert="!").status_code == 200
    assert len(list(phone.cards)) == 2


# A card that a push started.


def started(kept: Kept, *, asks: bool = False) -> tuple[Phone, TokenServer]:
    """An app that hands everything over, suspended; and its server, which has the token for starts."""

    async def main(app: Application) -> None:
        async def hand_over(name: str, tokens) -> None:
            async for token in tokens:
                async with app.url_session.client() as client:
                    await client.put(f"{SERVER}/{name}", content=token)

        async def new_cards() -> None:
            async for card in app.activities.activity_updates:
                kept.cards.append(card.id)
                app.process.loop.create_task(hand_over(f"card-{card.id}", card.push_token_updates))

        app.process.loop.create_task(new_cards())
        await hand_over("start", app.activities.push_to_start_token_updates)

    phone = Phone("18")
    server = TokenServer(phone.apns)
    phone.network.serve("push.example", server)
    if asks:
        phone.live_activities.ask_first()
    phone.open(main)
    phone.wait(seconds=1)
    phone.swipe_up()
    phone.wait(minutes=1)
    return phone, server


def test_the_server_reaches_a_card_that_it_started_once_the_app_sent_the_token():
    kept = Kept()
    phone, server = started(kept)
    assert list(server.tokens) == ["start"]
    assert server.send("start", event="start", title="Story", text="first", alert="!").status_code == 200
    with pytest.raises(UsageError, match="never sent one"):
        server.send("card-1", text="second")
    phone.wait(seconds=5)
    assert kept.cards == ["1"]
    assert server.send("card-1", text="second").status_code == 200
    assert phone.cards.get(1).content.text == "second"


def test_its_token_may_wait_for_allow():
    phone, server = started(Kept(), asks=True)
    server.send("start", event="start", title="Story", text="first", alert="!")
    phone.wait(minutes=5)
    assert "card-1" not in server.tokens
    with pytest.raises(UsageError, match="no card 1"):
        phone.live_activity_pushes.update(text="second")
    phone.live_activities.tap_allow()
    phone.wait(seconds=5)
    assert server.send("card-1", text="second").status_code == 200
    assert phone.live_activity_pushes.update(text="third") is None


def test_a_card_that_the_open_app_started_does_not_wait():
    phone = Phone("18")
    phone.live_activities.ask_first()
    kept = Kept()
    phone.open(requesting(kept))
    phone.wait(seconds=1)
    assert len(kept.tokens) == 1


# What the server is answered.


def test_each_kind_of_token_is_for_its_own():
    kept = Kept()
    phone = opened(kept)
    for answer in (
        phone.apns.send(kept.starts[0], text="second"),
        phone.apns.send(kept.tokens[0], event="start", title="Next", alert="!"),
    ):
        assert (answer.status_code, answer.json()["reason"]) == (400, "BadDeviceToken")


def test_the_token_of_a_card_that_ended_is_not_active_any_more():
    kept = Kept()
    phone = opened(kept)
    assert phone.apns.send(kept.tokens[0], event="end", text="over").status_code == 200
    assert phone.cards.get(1).state is ActivityState.ENDED
    assert phone.apns.send(kept.tokens[0], text="more").status_code == 410


@pytest.mark.parametrize("token", ["made up", "0" * 64])
def test_a_token_that_was_never_given_out_is_an_error_in_words(token):
    phone = opened(Kept())
    with pytest.raises(UsageError, match="never gave out"):
        phone.apns.send(token, text="second")


def test_an_event_that_there_is_not_is_refused():
    kept = Kept()
    phone = opened(kept)
    with pytest.raises(UsageError, match="start, update, end"):
        phone.apns.send(kept.tokens[0], event="stop")


def test_two_runs_give_the_same_tokens():
    one, other = Kept(), Kept()
    opened(one)
    opened(other)
    assert one.tokens == other.tokens


def test_the_server_answers_the_app():
    answers = []

    async def main(app: Application) -> None:
        async with app.url_session.client() as client:
            answers.append((await client.put(f"{SERVER}/start", content="x")).status_code)

    phone = Phone()
    phone.network.serve("push.example", TokenServer(phone.apns))
    phone.open(main)
    phone.wait(seconds=1)
    assert answers == [httpx.codes.NO_CONTENT]


def test_a_token_belongs_to_the_phone_of_one_seed():
    one, other = Kept(), Kept()
    for seed, kept in enumerate((one, other)):
        phone = Phone(seed=seed)
        phone.open(requesting(kept))
        phone.wait(seconds=1)
    assert one.tokens != other.tokens
    assert one.starts != other.starts
    with pytest.raises(UsageError, match="never gave out"):
        phone.apns.send(one.tokens[0], text="for another phone")
