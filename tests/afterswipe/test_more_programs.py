"""Programs that engineers write who come from Swift, and what they were not told."""

import asyncio

import httpx
import pytest

from afterswipe import (
    MB,
    APIError,
    Application,
    BGAppRefreshTaskRequest,
    BGContinuedProcessingTaskRequest,
    BGProcessingTaskRequest,
    LongRunningIntent,
    NotKnownError,
    Phone,
    PushArrived,
    SceneState,
    UnavailableError,
    UsageError,
)
from afterswipe.seen.words import figure

from .apps import left


async def quiet(_app: Application) -> None:
    await asyncio.Event().wait()


# What Swift awaits.


def test_what_swift_awaits_may_be_awaited():
    got: list[object] = []

    async def main(app: Application) -> None:
        card = app.activities.request("Posting", text="0 %")
        got.append(await card.update(text="5 %"))
        got.append(await app.notifications.add("x", "Not posted yet", after=60))
        got.append((await app.url_session.upload("story.mov", size=MB)).status_code)
        got.append(await card.end("Posted"))

    phone = Phone()
    phone.open(main)
    phone.wait(minutes=1)
    assert got == [None, None, 201, None]
    assert phone.cards.get(1).content.text == "Posted"


def test_a_background_upload_has_nothing_to_await():
    async def main(app: Application) -> None:
        await app.background_url_session.upload("story.mov", size=MB)

    with pytest.raises(APIError, match=r"no async.*async for") as refused:
        Phone().open(main)
    assert refused.value.claim == "background-urlsession.delegate-only"


# A restart while something is moved.


def hands_over(phone: Phone) -> None:
    async def main(app: Application) -> None:
        app.background_url_session.upload("story.mov", size=60 * MB)

    phone.open(main)


def takes_photos(phone: Phone) -> None:
    async def main(app: Application) -> None:
        app.photo_library.set_upload_job_extension_enabled(True)

    async def extension(photos) -> None:
        photos.create_job("a.heic")

    phone.open(main)
    phone.photos.install_extension(extension)
    phone.photos.take("a.heic", size=60 * MB)
    phone.photos.call_extension()


def loads_assets(phone: Phone) -> None:
    async def extension(assets) -> None:
        assets.schedule_download("map", size=600 * MB)

    phone.background_assets.install_extension(extension)
    phone.background_assets.run("install")


@pytest.mark.parametrize("moves", [hands_over, takes_photos, loads_assets])
def test_what_a_restart_does_to_what_the_system_moves_is_not_known(moves):
    phone = Phone("26.1")
    moves(phone)
    phone.wait(seconds=1)
    before = phone.record.digest()
    with pytest.raises(NotKnownError, match="restart") as gap:
        phone.restart()
    assert gap.value.claim == "background-urlsession.restart"
    assert phone.record.digest() == before
    phone.wait(hours=1)
    phone.restart()


# What APNs and servers answer.


@pytest.mark.parametrize(
    ("reason", "status"),
    [
        ("ExpiredProviderToken", 403),
        ("InvalidProviderToken", 403),
        ("TooManyProviderTokenUpdates", 429),
        ("TooManyRequests", 429),
    ],
)
def test_apns_refuses_what_the_server_does_wrong(reason, status):
    tokens: list[str] = []

    async def main(app: Application) -> None:
        async for token in app.activities.request(
            "Posting", text="0 %", push_type="token"
        ).push_token_updates:
            tokens.append(token)

    phone = left(main, then=60)
    phone.apns.refuse(reason)
    answer = phone.apns.send(tokens[0], text="50 %")
    assert (answer.status_code, answer.json()) == (status, {"reason": reason})
    assert phone.cards.get(1).content.text == "0 %"
    assert any(
        rule.id.startswith("live-activity-push.") and rule.id.endswith(("reasons", "age", "requests"))
        for rule in phone.why()
    )
    phone.apns.refuse()
    assert phone.apns.send(tokens[0], text="50 %").status_code == 200
    assert phone.cards.get(1).content.text == "50 %"


def test_a_reason_that_there_is_not_is_refused():
    with pytest.raises(UsageError, match=r"no reason to refuse a push 'Tired'.*ExpiredProviderToken"):
        Phone().apns.refuse("Tired")


@pytest.mark.parametrize("status", [403, 429])
def test_a_refusal_by_a_server_is_an_answer_and_is_not_sent_again(status):
    asked: list[int] = []

    def busy(_request: httpx.Request, received: int) -> httpx.Response:
        asked.append(received)
        return httpx.Response(status, headers={"Retry-After": "30"})

    async def main(app: Application) -> None:
        for session in (app.url_session, app.background_url_session):
            upload = session.upload("story.mov", size=MB)
            async for _ in upload:
                pass
            assert (upload.response.status_code, upload.response.headers["Retry-After"]) == (status, "30")

    phone = Phone()
    phone.network.serve("upload.example", busy)
    phone.open(main)
    phone.wait(minutes=10)
    assert asked == [MB, MB]


# What APNs stores for a phone that is away.


def test_for_a_phone_that_is_away_apns_stores_the_latest_push():
    phone = left(quiet, then=60)
    phone.network.disconnect()
    outcomes = [phone.pushes.alert("first"), phone.pushes.silent(), phone.pushes.alert("last")]
    assert {outcome for outcome in outcomes if "not delivered" not in outcome} == set()
    assert phone.pushes.notifications == []
    phone.network.connect()
    phone.wait(seconds=1)
    assert phone.pushes.notifications == ["last"]
    assert phone.app_state.value == "suspended"
    assert "live-activity-push.apns-stores-one-per-app" in {rule.id for rule in phone.why()}
    told = [entry.outcome for entry in phone.record.of(PushArrived)]
    assert told[-1] == "one that APNs stored: shown as 'last'"


def test_a_silent_push_that_was_stored_wakes_the_app_when_the_network_is_back():
    woken: list[float] = []

    async def main(app: Application) -> None:
        app.pushes.did_receive_remote_notification(lambda: woken.append(app.now))
        await asyncio.Event().wait()

    phone = left(main, then=60)
    phone.network.disconnect()
    phone.pushes.alert("dropped")
    phone.pushes.silent()
    phone.wait(minutes=5)
    assert woken == []
    phone.network.connect()
    phone.wait(seconds=1)
    assert [int(at) for at in woken] == [362]
    assert phone.pushes.notifications == []


# What an extension's code has not.


@pytest.mark.parametrize("name", ["task_scheduler", "activities", "begin_background_task"])
def test_an_extension_is_told_what_it_has_not(name):
    async def main(extension) -> None:
        getattr(extension, name)

    phone = left(quiet, then=60)
    phone.pushes.install_service_extension(main)
    words = rf"ServiceExtension has no '{name}'\. There are: client, .*content_handler.*in the app's code\."
    with pytest.raises(AttributeError, match=words):
        phone.pushes.alert("News", mutable_content=True)


# Before there were scenes.


@pytest.mark.parametrize("ios", ["12", "13"])
def test_there_are_scenes_since_ios_13(ios):
    seen: list[SceneState] = []

    async def main(app: Application) -> None:
        await asyncio.sleep(1)
        seen.append(app.scene_state)

    phone = Phone(ios)
    phone.open(main)
    if ios == "12":
        with pytest.raises(UnavailableError, match="iOS 12 has no scenes"):
            phone.wait(seconds=2)
    else:
        phone.wait(seconds=2)
        assert seen == [SceneState.FOREGROUND_ACTIVE]


# What the card says, and what is so.


def one_after_the_other(count: int):
    async def main(app: Application) -> None:
        card = app.activities.request("Photos", text=f"0 of {count}")
        time = app.begin_background_task("photos")
        for number in range(1, count + 1):
            await app.url_session.upload(f"{number}.heic", size=6 * MB)
            card.update(text=f"{number} of {count}")
        app.end_background_task(time)

    return main


@pytest.mark.parametrize("count", [4, 40])
def test_files_that_are_sent_one_after_the_other_are_counted_as_the_card_counts_them(count):
    phone = left(one_after_the_other(count), then=24)
    assert phone.truth().gaps == []


def test_two_cards_with_one_figure_are_told_apart():
    async def main(app: Application) -> None:
        for name in "ab":
            upload = app.background_url_session.with_identifier(name).upload(f"{name}.mov", size=60 * MB)
            app.activities.request(f"Posting {name}", progress=0.0).follows(upload)

    phone = left(main, then=60)
    label = phone.timeline().label
    assert "“Posting a” says “0 %”, and more has arrived; for " in label
    assert "“Posting b” says “0 %”, and more has arrived" in label
    assert [
        line.split("  ")[-1] for line in str(phone.timeline()).splitlines() if line.startswith("card ")
    ] == [
        "Posting a: 0 %",
        "Posting b: 0 %",
    ]


def test_a_score_that_a_push_told_is_the_server_s():
    async def main(app: Application) -> None:
        app.activities.request("Match", text="0:0", push_type="token")

    phone = left(main, then=0)
    phone.live_activity_pushes.update(text="1:0")
    phone.wait(minutes=5)
    assert phone.pair().so() == ["not judged", "what a push told is the server's"]
    assert phone.pair().label == "Not judged: what a push told is the server's."
    assert "Is so: not judged: what a push told is the server's." in str(phone.truth())


def test_at_the_moment_of_the_end_the_card_does_not_say_what_is_so():
    async def main(app: Application) -> None:
        card = app.activities.request("Posting", progress=0.0)
        async for share in app.url_session.upload("story.mov", size=60 * MB):
            card.update(progress=share)

    phone = Phone()
    phone.open(main)
    phone.wait(seconds=5)
    assert phone.pair().label == "The card says what is so."
    phone.endings.crash()
    assert phone.pair().label == "It says “Posting”, and nothing goes on."
    assert phone.pair().differs


@pytest.mark.parametrize("says", ["Posting", "Upload failed"])
def test_an_app_that_runs_and_leaves_a_card_wrong_is_named(says):
    async def main(app: Application) -> None:
        card = app.activities.request("Story", progress=0.0)
        try:
            async for share in app.url_session.upload("story.mov", size=60 * MB):
                card.update(progress=share)
        except Exception:  # noqa: BLE001
            card.update(text=says)
        await asyncio.Event().wait()

    phone = Phone()
    phone.open(main)
    phone.wait(seconds=5)
    phone.network.disconnect()
    phone.wait(minutes=4)
    honest = says != "Posting"
    assert phone.pair().differs is not honest
    runs = "It says “Story”, and nothing goes on; the app runs and can still correct it."
    assert phone.pair().label == ("The card says what is so." if honest else runs)
    assert ("The card said nothing that was not so." in str(phone.truth())) is honest
    assert (runs in str(phone.truth())) is not honest
    assert phone.truth().gap == 0


def test_a_force_quit_of_which_the_end_is_not_known_does_nothing():
    class Long(LongRunningIntent):
        async def perform(self, app: Application) -> None:
            await self.perform_background_task(asyncio.Event().wait)

    phone = Phone("27")
    phone.open(quiet)
    phone.swipe_up()
    phone.intents.tap(Long())
    before = phone.record.digest()
    with pytest.raises(NotKnownError):
        phone.force_quit()
    assert phone.record.digest() == before


# Names that there are not.


@pytest.mark.parametrize(
    ("read", "words"),
    [
        (lambda phone, card: phone.battery, r"Phone has no 'battery'\. Did you mean conditions\.battery\?"),
        (lambda phone, card: phone.now, r"Phone has no 'now'\. Did you mean app\.now\?"),
        (lambda phone, card: phone.live_activity, r"Did you mean live_activities or "),
        (lambda phone, card: phone.app.allowed, r"Application has no 'allowed'\. There are: activities, "),
        (
            lambda phone, card: phone.app.sleep(3),
            r"Application has no 'sleep'\. There are: activities, .*tapped",
        ),
        (lambda phone, card: card.state, r"Activity has no 'state'\. Did you mean .*activity_state"),
        (lambda phone, card: phone.pushes.send("x"), r"Pushes has no 'send'\. Did you mean "),
        (lambda phone, card: phone.network.wlan, r"Network has no 'wlan'\. There are: airplane_mode, "),
    ],
)
def test_a_name_that_is_read_and_is_not_there_is_answered_with_those_that_are(read, words):
    cards: list[object] = []

    async def main(app: Application) -> None:
        cards.append(app.activities.request("Posting"))

    phone = Phone()
    phone.open(main)
    with pytest.raises(AttributeError, match=words):
        read(phone, cards[0])
    assert not hasattr(phone, "battery")
    assert not hasattr(cards[0], "_nothing")


def test_an_activity_is_taken_by_its_place_as_from_apple_s_array():
    seen: list[str] = []

    async def main(app: Application) -> None:
        for title in ("first", "second"):
            app.activities.request(title)
        seen.extend([app.activities[0].id, app.activities[-1].id])

    phone = Phone()
    phone.open(main)
    assert seen == ["1", "2"]
    assert phone.cards[-1].title == "second"


@pytest.mark.parametrize(
    ("makes", "words"),
    [
        (BGAppRefreshTaskRequest, r"BGAppRefreshTaskRequest\(\) lacks identifier\."),
        (
            lambda: BGContinuedProcessingTaskRequest("x", 5, "Export", title="Export", subtitle="0 %"),
            r"BGContinuedProcessingTaskRequest\(\).*by name: identifier, earliest_begin_date, title, subtitle, strategy",
        ),
        (lambda: BGContinuedProcessingTaskRequest("x"), r"\(\) lacks subtitle and title"),
        (
            lambda: BGProcessingTaskRequest("x", requires_power=True),
            "no argument of BGProcessingTaskRequest: 'requires_power'.*requires_external_power",
        ),
        (lambda: Phone().terminate(), r"Phone\.terminate\(\) lacks why"),
        (lambda: Phone().background_modes.location_event(5), r"BackgroundModes\.location_event\(\) takes"),
    ],
)
def test_what_a_call_lacks_is_said_with_its_own_name(makes, words):
    with pytest.raises(UsageError, match=words):
        makes()


# A timeline tells waiting from moving.


def test_a_transfer_that_stopped_at_the_very_beginning_is_not_drawn_to_the_end():
    """Red before: an app that was force quit at once "sent" for three minutes in the text."""

    async def main(app: Application) -> None:
        async for _ in app.url_session.upload("story.mov", size=60 * MB):
            pass

    phone = Phone(ios="18")
    phone.open(main)
    phone.force_quit()
    phone.wait(minutes=3)
    assert [transfer.stopped for transfer in phone.timeline().transfers] == [0]
    [line] = [line for line in str(phone.timeline()).splitlines() if line.startswith("app sends")]
    assert line.count("▬") == 1


def test_a_transfer_that_waits_is_not_drawn_as_one_that_moves():
    async def main(app: Application) -> None:
        app.background_url_session.upload("secret.pdf", size=60 * MB, protection="complete")

    phone = Phone()
    phone.open(main)
    phone.wait(seconds=10)
    phone.lock()
    phone.wait(seconds=40)
    phone.unlock()
    phone.wait(seconds=10)
    [line] = [line for line in str(phone.timeline()).splitlines() if line.startswith("system sends")]
    assert line.removeprefix("system sends  ") == "▰" * 11 + "▱" * 39 + "▰" * 10  # a piece was on its way
    [transfer] = phone.timeline().transfers
    pieces = [(round(start, -3), round(end, -3)) for start, end in transfer.moving(60_000)]
    assert pieces == [(0, 10_000), (50_000, 60_000)]
    picture = phone.timeline()._repr_svg_()
    assert picture.count('stroke-dasharray="2 3"') == 5  # the transfer, and two marks across two rows


def test_what_only_waited_is_drawn_as_waiting():
    async def main(app: Application) -> None:
        app.background_url_session.is_discretionary = True
        app.background_url_session.upload("backup.zip", size=60 * MB)

    phone = Phone()
    phone.conditions.low_power_mode = True
    phone.open(main)
    phone.wait(minutes=1)
    [line] = [line for line in str(phone.timeline()).splitlines() if line.startswith("system sends")]
    assert line.removeprefix("system sends  ") == "▱" * 60


def test_cards_of_a_server_are_said_to_be_not_judged_by_the_truth_as_well():
    phone = left(quiet, then=60)
    phone.live_activity_pushes.start("Ride", text="on its way", alert="!")
    phone.wait(minutes=5)
    assert str(phone.truth()).endswith("Whether the card said what was not so is not judged.")


# What is said to be done.


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Uploaded 3 of 5 photos", 0.6),
        ("Posted 2 of 5", 0.4),
        ("Sent 12 MB of 60 MB", 0.2),
        ("Complete 40 %", 0.4),
        ("Upload complete", 1.0),
        ("Story posted!", 1.0),
        ("Your photos have been uploaded.", 1.0),
        ("All done", 1.0),
        ("Fertig", 1.0),
        ("Done in 3 min", None),
        ("Not posted", None),
        ("Almost done", None),
        ("Nothing sent", None),
        ("Waiting until complete", None),
        ("3 photos uploaded", None),
        ("Being uploaded", None),
        ("Will get posted", None),
        ("Uploading", None),
    ],
)
def test_what_a_text_says_of_the_whole(text, told):
    shown = figure(text)
    assert (None if shown is None else shown[0]) == told


def test_a_card_that_is_left_behind_as_complete_is_right():
    async def main(app: Application) -> None:
        card = app.activities.request("Backup", text="Uploading")
        await app.url_session.upload("backup.zip", size=MB)
        card.update(text="Upload complete")

    phone = left(main, after=5)
    assert phone.truth().gap == 0
    assert phone.pair().label == "The card says what is so."


def test_a_card_that_counts_what_is_posted_does_not_say_that_all_is():
    async def main(app: Application) -> None:
        card = app.activities.request("Photos", text="Uploaded 0 of 3")
        for number in range(1, 3):
            await app.url_session.upload(f"{number}.heic", size=MB)
            card.update(text=f"Uploaded {number} of 3")
        await app.url_session.upload("3.heic", size=60 * MB)

    phone = left(main, after=5)
    assert phone.pair().label.startswith("For 3 min it says “Photos”, and nothing goes on")


# At the moment of a change what was wrong is over.


def test_what_a_push_has_just_put_right_is_told_as_what_was():
    async def main(app: Application) -> None:
        card = app.activities.request("Posting", progress=0.0, push_type="token")
        async for share in app.url_session.upload("story.mov", size=60 * MB):
            card.update(progress=share)

    phone = left(main, then=60)
    assert phone.pair().label == "For 1 min it says “Posting”, and nothing goes on."
    phone.live_activity_pushes.end("Not posted. Open the app")
    assert phone.pair().label == "For 1 min it said “Posting”, and nothing went on."
    assert not phone.pair().differs
    assert "it said “Posting”" in str(phone.truth())
    assert phone.timeline().label == "For 1 min it said “Posting”, and nothing went on"


def test_an_ended_card_that_says_it_is_done_and_is_not_says_it_still():
    async def main(app: Application) -> None:
        card = app.activities.request("Story", text="Posting", progress=0.0)
        async for share in app.url_session.upload("story.mov", size=MB):
            card.update(progress=share)
        card.end("Posted")

    phone = Phone()
    phone.network.serve("upload.example", lambda request, received: httpx.Response(500))
    phone.open(main)
    phone.wait(minutes=5)
    assert phone.pair().label.startswith("For 4 min 59 s it says “Story”, and nothing goes on")
    assert phone.pair().differs


def test_how_far_a_server_says_its_own_work_is_is_not_judged():
    async def main(app: Application) -> None:
        app.activities.request("Pizza", text="In the oven", progress=0.2, push_type="token")

    phone = left(main, then=0)
    phone.live_activity_pushes.update(text="On its way", progress=0.6)
    phone.wait(minutes=10)
    assert phone.pair().label == "Not judged: what a push told is the server's."
    assert phone.truth().gap < 1000


def test_what_the_app_s_own_code_does_is_not_known_where_its_card_says_that_it_stopped():
    async def main(app: Application) -> None:
        app.activities.request("Sync", text="Stopped at 12 of 20")
        await asyncio.Event().wait()

    phone = Phone()
    phone.open(main)
    phone.wait(minutes=1)
    assert phone.pair().so() == ["not judged", "the app's own code runs"]
    assert phone.pair().label == "Not judged: the app's own code runs."
