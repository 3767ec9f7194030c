"""Transfers: what the daemon moves, what holds it, what it tells the app, and what a default session can resume."""

import asyncio

import httpx
import pytest

from afterswipe import (
    MB,
    Application,
    AssertionChanged,
    Phone,
    State,
    StateChanged,
    TransferEnded,
    TransferMoved,
    UnavailableError,
    URLError,
    UsageError,
)

FIRST = 60_000  # claim background-urlsession.rate-limiter-first-delays


def chained(parts: int, size: int = 2 * MB):
    """An app that starts one part on each wake-up."""

    async def app(app):
        for number in range(parts):
            task = app.background_url_session.upload(f"part {number}", size=size)
            app.complete_wake()
            async for _ in task:
                pass
        app.complete_wake()
        await asyncio.sleep(1_000_000)

    return app


def enqueued(parts: int, size: int = 2 * MB, **options: object):
    """An app that enqueues all parts at its launch."""

    async def app(app):
        if not app.background_url_session.tasks():
            for number in range(parts):
                app.background_url_session.upload(f"part {number}", size=size, **options)
        await asyncio.sleep(1_000_000)

    return app


def left(app, *, after: float = 0.1, **options) -> Phone:
    phone = Phone(**options)
    phone.open(app)
    phone.wait(seconds=after)
    phone.swipe_up()
    return phone


def wakes(phone: Phone) -> list[int]:
    return [change.at for change in phone.record.of(StateChanged) if "URLSession" in change.note]


def ends(phone: Phone) -> list[int]:
    return [transfer.stopped or 0 for transfer in phone.truth().transfers]


# The rate limiter.


def test_in_a_chain_each_wait_is_twice_the_one_before():
    phone = left(chained(5))
    phone.wait(hours=2)
    starts = [transfer.not_before for transfer in phone.daemon.transfers]
    waits = [start - woken for start, woken in zip(starts[1:], wakes(phone), strict=False)]
    assert waits == [FIRST, 2 * FIRST, 4 * FIRST, 8 * FIRST]
    assert all(transfer.outcome == "done" for transfer in phone.daemon.transfers)


def test_enqueued_up_front_there_is_no_wait_and_one_wake():
    phone = left(enqueued(5))
    phone.wait(hours=2)
    assert len(wakes(phone)) == 1
    assert max(ends(phone)) < 10_000


def test_a_chain_in_front_is_not_delayed():
    phone = Phone()
    phone.open(chained(5))
    phone.wait(minutes=1)
    assert max(ends(phone)) < 10_000
    assert phone.daemon.rate_limiter.delay == 0


def test_coming_to_the_front_resets_the_delay():
    phone = left(chained(9))
    phone.wait(minutes=5)
    assert phone.daemon.rate_limiter.delay >= 2 * FIRST
    phone.open()
    assert phone.daemon.rate_limiter.delay == 0


def test_the_delay_rests_only_where_nothing_is_under_way():
    phone = left(enqueued(1))
    phone.wait(seconds=30)
    assert phone.daemon.rate_limiter.delay == FIRST
    phone.wait(seconds=40)
    assert phone.daemon.rate_limiter.delay == 0

    phone = left(chained(2, size=200 * MB))  # each takes longer than the first delay
    phone.wait(minutes=5)
    assert phone.daemon.rate_limiter.delay == FIRST
    assert phone.daemon.transfers[1].outcome == ""


def test_an_app_that_cannot_be_resumed_gathers_no_delay():
    phone = left(enqueued(1))
    phone.open()
    phone.force_quit()
    assert phone.daemon.transfers[0].outcome != "done"
    assert wakes(phone) == []
    assert phone.daemon.rate_limiter.delay == 0


def test_a_task_created_later_in_a_wake_up_waits_for_the_rest_of_the_delay_and_keeps_it():
    async def app(app):
        async for _ in app.background_url_session.upload("first", size=2 * MB):
            pass
        await asyncio.sleep(10)
        app.background_url_session.upload("second", size=200 * MB)
        app.complete_wake()
        await asyncio.sleep(1_000_000)

    phone = left(app)
    phone.wait(minutes=1.5)
    assert phone.daemon.transfers[1].not_before == wakes(phone)[0] + FIRST
    assert phone.daemon.transfers[1].sent > 0
    assert phone.daemon.rate_limiter.delay == FIRST


# Sessions and tasks.


def test_the_app_is_woken_once_for_each_session_when_all_its_tasks_are_done():
    async def app(app):
        if app.launch_reason == "person":
            photos = app.background_url_session.with_identifier("photos")
            films = app.background_url_session.with_identifier("films")
            for number in range(3):
                photos.upload(f"photo {number}", size=1 * MB)
            films.upload("film", size=40 * MB)
        while True:
            app.complete_wake()
            await asyncio.sleep(0.1)

    phone = left(app)
    phone.wait(minutes=5)
    reasons = [change.note for change in phone.record.of(StateChanged) if "URLSession" in change.note]
    assert reasons == ["background URLSession photos", "background URLSession films"]


def test_a_session_is_found_again_by_its_name_after_a_launch():
    found = []

    async def app(app):
        session = app.background_url_session.with_identifier("photos")
        assert session is app.background_url_session.with_identifier("photos")
        if app.launch_reason == "person":
            session.upload("photo", size=20 * MB)
        else:
            found.append([(task.name, task.finished, task.failed) for task in session.tasks()])
            assert app.background_url_session.tasks() == []
        app.complete_wake()

    phone = left(app)
    phone.wait(seconds=2)
    phone.memory_pressure()
    phone.wait(minutes=2)
    assert found == [[("photo", True, False)]]


def test_a_few_at_a_time_in_the_order_of_their_start():
    phone = left(enqueued(12))
    phone.wait(minutes=5)
    firsts = {}
    for entry in phone.record.of(TransferMoved):
        if entry.sent:
            firsts.setdefault(entry.name, entry.at)
    assert list(firsts) == [f"part {number}" for number in range(12)]
    by_end = sorted(zip(ends(phone), range(12), strict=True))
    assert firsts["part 4"] > by_end[0][0]
    assert firsts["part 3"] < by_end[0][0]


def test_the_stored_handler_ends_the_run_time_and_without_it_the_time_runs_out():
    def suspended_after(calls: bool) -> int:
        async def app(app):
            task = app.background_url_session.upload("film", size=10 * MB)
            async for _ in task:
                pass
            if calls:
                app.complete_wake()
            await asyncio.sleep(1_000_000)

        phone = left(app)
        phone.wait(minutes=5)
        assert phone.app_state is State.SUSPENDED
        return phone.record.of(StateChanged)[-1].at - wakes(phone)[0]

    assert suspended_after(calls=True) == 0
    assert suspended_after(calls=False) == 30_000


def test_cancelled_by_the_app():
    said = []

    async def app(app):
        task = app.background_url_session.upload("film", size=60 * MB)
        app.process.loop.call_later(2, task.cancel)
        try:
            async for _ in task:
                pass
        except URLError as failed:
            said.append((failed.code, app.now, task.cancellation_reason))

    phone = Phone()
    phone.open(app)
    phone.wait(minutes=1)
    assert said == [("cancelled", 2.0, None)]


# What ends a transfer.


def test_an_upload_from_data_fails_when_the_app_exits_and_not_when_it_is_suspended():
    async def app(app):
        if app.launch_reason == "person":
            app.background_url_session.upload_from_data("from memory", size=60 * MB)
            app.background_url_session.upload("from a file", size=60 * MB)
        await asyncio.sleep(1_000_000)

    for exits, outcome in (
        (True, "the app exited, and it was not an upload from a file"),
        (False, "done"),
    ):
        phone = left(app)
        phone.wait(seconds=5)
        assert phone.app_state is State.SUSPENDED
        if exits:
            phone.memory_pressure()
        phone.wait(minutes=5)
        assert [transfer.outcome for transfer in phone.daemon.transfers] == [outcome, "done"]


def test_after_a_force_quit_the_reason_is_the_force_quit_also_for_data():
    async def app(app):
        app.background_url_session.upload_from_data("from memory", size=60 * MB)
        await asyncio.sleep(1_000_000)

    phone = left(app)
    phone.force_quit()
    phone.wait(minutes=1)
    assert phone.daemon.transfers[0].cancellation_reason == "userForceQuitApplication"
    assert phone.app is None


@pytest.mark.parametrize(("ios", "named"), [("8", True), ("7", False)])
def test_a_cancellation_has_its_reason_since_ios_8(ios: str, named: bool):
    phone = left(enqueued(1, size=60 * MB), ios=ios)
    phone.wait(seconds=1)
    phone.force_quit()
    transfer = phone.daemon.transfers[0]
    assert transfer.outcome == "the person force quit the app"
    assert transfer.cancellation_reason == ("userForceQuitApplication" if named else None)


def test_short_of_resources_the_system_cancels():
    phone = left(enqueued(2, size=60 * MB))
    phone.daemon.run_out_of_resources()
    phone.wait(minutes=1)
    assert {transfer.cancellation_reason for transfer in phone.daemon.transfers} == {
        "insufficientSystemResources"
    }


def test_background_updates_off_cancel_some_and_not_all():
    outcomes = []
    for seed in range(20):
        phone = left(enqueued(1, size=60 * MB), seed=seed)
        phone.wait(seconds=1)
        phone.conditions.background_app_refresh = False
        phone.conditions.background_app_refresh = True
        phone.wait(minutes=5)
        outcomes.append((phone.daemon.transfers[0].outcome, phone.daemon.transfers[0].cancellation_reason))
    assert set(outcomes) == {
        ("done", None),
        ("background updates were disabled", "backgroundUpdatesDisabled"),
    }


def test_a_server_that_refuses_is_no_error_and_the_answer_can_be_read():
    said = []

    async def app(app):
        task = app.background_url_session.upload("film", size=1 * MB, to="https://busy.example/film")
        async for _ in task:
            pass
        said.append((task.finished, task.failed, task.response.status_code))

    phone = Phone()
    phone.network.serve("busy.example", lambda request, received: httpx.Response(503))
    phone.open(app)
    phone.wait(minutes=1)
    assert said == [(True, False, 503)]


# The network changes.


@pytest.mark.parametrize(
    ("ios", "resumable", "goes_on"), [("17", True, True), ("17", False, False), ("16", True, False)]
)
def test_the_daemon_tries_again_and_goes_on_where_both_sides_can(ios: str, resumable: bool, goes_on: bool):
    phone = Phone(ios=ios)
    phone.network.serve("upload.example", resumable=resumable)
    phone.open(enqueued(1, size=60 * MB))
    phone.wait(seconds=10)
    phone.swipe_up()
    sent = phone.daemon.transfers[0].sent
    assert sent > 10 * MB
    phone.network.switch_to("cellular")
    assert phone.daemon.transfers[0].sent == (sent if goes_on else 0)
    phone.wait(minutes=5)
    assert phone.daemon.transfers[0].outcome == "done"


def test_an_interruption_that_hits_nothing_changes_nothing():
    phone = left(enqueued(1, size=1 * MB))
    phone.wait(minutes=1)
    phone.network.switch_to("cellular")
    assert phone.daemon.transfers[0].sent == 1 * MB


def test_it_waits_through_an_outage():
    phone = left(enqueued(1, size=20 * MB))
    phone.wait(seconds=3)
    phone.network.airplane_mode()
    phone.wait(hours=3)
    assert phone.daemon.waiting() == {"part 0": "there is no network"}
    phone.network.airplane_mode(False)
    phone.wait(minutes=1)
    assert phone.daemon.transfers[0].outcome == "done"


# Discretionary, and files.


@pytest.mark.parametrize(
    ("kind", "charging", "moves"),
    [("cellular", False, False), ("cellular", True, True), ("Wi-Fi", False, True), ("Wi-Fi", True, True)],
)
def test_discretionary_work_waits_for_wifi_or_power(kind: str, charging: bool, moves: bool):
    async def app(app):
        app.background_url_session.is_discretionary = True
        app.background_url_session.upload("film", size=2 * MB)

    phone = Phone()
    phone.network.switch_to(kind)
    phone.conditions.charging = charging
    phone.open(app)
    phone.wait(hours=5)
    assert (phone.daemon.transfers[0].outcome == "done") is moves
    phone.network.switch_to("Wi-Fi")
    phone.wait(minutes=1)
    assert phone.daemon.transfers[0].outcome == "done"


@pytest.mark.parametrize(
    ("protection", "locked", "moves"),
    [
        ("complete", True, False),
        ("complete", False, True),
        ("complete until first user authentication", True, True),
        ("none", True, True),
    ],
)
def test_a_file_that_cannot_be_read_while_locked(protection: str, locked: bool, moves: bool):
    phone = Phone()
    phone.open(enqueued(1, size=20 * MB, protection=protection))
    phone.wait(seconds=2)
    if locked:
        phone.lock()
    phone.wait(hours=1)
    assert (phone.daemon.transfers[0].outcome == "done") is moves
    if locked:
        phone.unlock()
    phone.wait(minutes=1)
    assert phone.daemon.transfers[0].outcome == "done"


def test_earliest_begin_date_since_ios_11():
    phone = Phone(ios="11")
    phone.open(enqueued(1, earliest_begin=600))
    phone.wait(seconds=599)
    assert phone.daemon.transfers[0].sent == 0
    phone.wait(seconds=10)
    assert phone.daemon.transfers[0].outcome == "done"
    with pytest.raises(UnavailableError, match="iOS 10 has no earliestBeginDate"):
        Phone(ios="10").open(enqueued(1, earliest_begin=600))


def test_there_are_background_sessions_since_ios_7():
    with pytest.raises(UnavailableError, match=r"iOS 6 has no background URLSession.*iOS 7"):
        Phone(ios="6").open(enqueued(1))
    Phone(ios="7").open(enqueued(1))


def test_what_is_no_upload_is_refused():
    async def app(app):
        session = app.background_url_session
        for bad in (
            lambda: session.upload("film", size=0),
            lambda: session.upload_from_data("film", size=-1),
            lambda: session.upload("film", size=1, protection="secret"),
            lambda: session.with_identifier(""),
        ):
            with pytest.raises(UsageError):
                bad()

    phone = Phone()
    phone.open(app)
    assert phone.daemon.transfers == []


# A default session that lost its connection.


def resuming(seen: list[object]):
    async def app(app):
        upload = app.url_session.upload("film.mov", size=60 * MB)
        try:
            async for _ in upload:
                pass
        except URLError:
            data = upload.upload_task_resume_data
            seen.append(data)
            if data is None:
                return
            async for share in app.url_session.upload_with_resume_data(data):
                seen.append(share)
            seen.append("done")

    return app


def interrupted(ios: str, *, resumable: bool) -> list[object]:
    seen: list[object] = []
    phone = Phone(ios=ios)
    phone.network.serve("upload.example", resumable=resumable)
    phone.open(resuming(seen))
    phone.wait(seconds=20)
    phone.swipe_up()
    phone.wait(minutes=1)
    phone.open()
    phone.wait(minutes=1)
    return seen


def test_a_resumed_upload_goes_on_where_it_stopped():
    data, *shares, last = interrupted("17", resumable=True)
    assert 20 * MB < data.sent < 40 * MB
    assert shares[0] == pytest.approx(data.sent / data.size)
    assert shares == sorted(shares)
    assert shares[-1] <= 1
    assert last == "done"


def test_its_negations_no_such_server_and_no_such_ios():
    assert interrupted("17", resumable=False) == [None]
    with pytest.raises(UnavailableError, match=r"iOS 16.4 has no resumable uploads.*iOS 17"):
        interrupted("16.4", resumable=True)


def test_asking_for_the_tasks_adds_no_listener():
    seen = []

    async def main(app):
        task = app.background_url_session.upload("film.mov", size=60 * MB)
        for _ in range(100):
            app.background_url_session.tasks()
        async for sent in task:
            seen.append(sent)
            if sent > 0.5:
                break

    phone = Phone()
    phone.open(main)
    [transfer] = phone.daemon.transfers
    assert len(transfer.listeners) == 1
    phone.wait(minutes=2)
    assert seen[-1] > 0.5


def test_a_process_that_was_killed_ends_no_assertion():
    async def main(app):
        app.begin_background_task("save")

    phone = Phone()
    phone.open(main)
    phone.swipe_up()
    phone.wait(minutes=2)
    assert phone.app_state is State.NOT_RUNNING
    assert [entry.change for entry in phone.record.of(AssertionChanged)] == ["begun", "expires"]


@pytest.mark.parametrize("up", [True, False])
def test_a_piece_that_the_system_had_on_its_way_does_not_outlive_the_network(up):
    phone = Phone()
    moved = []
    phone.extensions.move("a", 20 * MB, up=up, progressed=lambda sent: moved.append((phone.clock.now, sent)))
    phone.wait(seconds=1)
    phone.network.disconnect()
    before = list(moved)
    phone.wait(minutes=1)
    assert moved == before
    phone.network.connect()
    phone.wait(minutes=1)
    assert moved[-1][1] == 20 * MB
    assert [sent for _, sent in moved] == sorted({sent for _, sent in moved})


@pytest.mark.parametrize(
    ("status", "arrives"), [(302, ("GET", 0)), (303, ("GET", 0)), (307, ("POST", MB)), (308, ("POST", MB))]
)
@pytest.mark.parametrize("session", ["url_session", "background_url_session"])
def test_redirects_are_followed_in_both_sessions(session, status, arrives):
    came, answers = [], []

    def server(request: httpx.Request, received: int) -> httpx.Response:
        if request.url.path == "/old":
            return httpx.Response(status, headers={"location": "/new"})
        came.append((request.method, received))
        return httpx.Response(200)

    async def main(app: Application) -> None:
        task = getattr(app, session).upload("story.mov", size=MB, to="https://s.example/old")
        async for _ in task:
            pass
        answers.append(task.response.status_code)

    phone = Phone()
    phone.network.serve("s.example", server)
    phone.open(main)
    phone.wait(minutes=1)
    assert (came, answers) == ([arrives], [200])
    assert [entry.outcome for entry in phone.record.of(TransferEnded)] == ["done"]


@pytest.mark.parametrize("session", ["url_session", "background_url_session"])
def test_a_loop_of_redirects_is_an_error_with_apples_number(session):
    asked, errors = [], []

    def server(request: httpx.Request, _received: int) -> httpx.Response:
        asked.append(request.method)
        return httpx.Response(301, headers={"location": "https://s.example/again"})

    async def main(app: Application) -> None:
        try:
            async for _ in getattr(app, session).upload("story.mov", size=MB, to="https://s.example/old"):
                pass
        except URLError as error:
            errors.append((error.code, error.number))

    phone = Phone()
    phone.network.serve("s.example", server)
    phone.open(main)
    phone.wait(minutes=1)
    assert errors == [("httpTooManyRedirects", -1007)]
    assert len(asked) == 17


def test_a_client_of_httpx_follows_redirects_where_it_is_told_to():
    answers = []

    def server(request: httpx.Request, _received: int) -> httpx.Response:
        old = request.url.path == "/old"
        return httpx.Response(302, headers={"location": "/new"}) if old else httpx.Response(204)

    async def main(app: Application) -> None:
        async with app.url_session.client() as client:
            for follow in (False, True):
                response = await client.get("https://s.example/old", follow_redirects=follow)
                answers.append(response.status_code)

    phone = Phone()
    phone.network.serve("s.example", server)
    phone.open(main)
    phone.wait(minutes=1)
    assert answers == [302, 204]
