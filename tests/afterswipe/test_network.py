"""The network: how long things take, what is cut, who answers."""

import asyncio
import tracemalloc

import httpx
import pytest

from afterswipe import MB, ConditionChanged, NeverYieldsError, Phone, URLError, UsageError
from afterswipe.kernel.record import TransferEnded


def fetching(answers: list[object], url: str = "https://api.example/file", **options: object):
    """An app whose unmodified httpx code asks for a file and notes what it got, and when."""

    async def app(app):
        async with app.url_session.client() as client:
            try:
                response = await client.get(url)
            except httpx.TransportError as failed:
                answers.append((type(failed).__name__, str(failed)))
            else:
                answers.append((response.status_code, len(response.content), app.now))

    return app


def serving(size: int, **numbers: float) -> Phone:
    phone = Phone()
    phone.network.serve("api.example", lambda request, received: httpx.Response(200, content=bytes(size)))
    for name, value in numbers.items():
        setattr(phone.network, name, value)
    return phone


def test_a_response_takes_the_time_of_the_downlink():
    times = []
    for downlink in (40, 4):
        answers = []
        phone = serving(5 * MB, downlink=downlink)
        phone.open(fetching(answers))
        phone.wait(minutes=1)
        status, size, at = answers[0]
        assert (status, size) == (200, 5 * MB)
        times.append(at)
    assert 0.9 < times[0] < 1.4
    assert 9 < times[1] < 11.5


def test_a_request_takes_the_time_of_three_packets():
    for latency in (0, 40, 500):
        answers = []
        phone = serving(0, latency=latency)
        phone.open(fetching(answers))
        phone.wait(minutes=1)
        assert answers == [(200, 0, 3 * latency / 1000)]


def test_an_upload_takes_the_time_of_the_uplink():
    ends = []
    for uplink in (12, 1.2):

        async def app(app):
            async for _ in app.url_session.upload("film.mov", size=6 * MB):
                pass
            ends.append(app.now)

        phone = Phone()
        phone.network.uplink = uplink
        phone.open(app)
        phone.wait(minutes=3)
    assert 3.6 < ends[0] < 4.5
    assert 36 < ends[1] < 45


def test_a_response_of_several_pieces_and_its_headers_arrive_whole():
    body = bytes(range(256)) * 5_000
    got = []

    async def app(app):
        async with (
            app.url_session.client() as client,
            client.stream("GET", "https://api.example/file") as response,
        ):
            pieces = [piece async for piece in response.aiter_bytes()]
            got.append((response.headers["x-made"], b"".join(pieces) == body, len(pieces) > 1))

    phone = Phone()
    phone.network.serve(
        "api.example", lambda r, n: httpx.Response(200, content=body, headers={"x-made": "1"})
    )
    phone.open(app)
    phone.wait(minutes=1)
    assert got == [("1", True, True)]


@pytest.mark.parametrize("change", ["disconnect", "airplane_mode", "enter_captive_portal"])
def test_a_change_cuts_what_the_app_had_open(change: str):
    answers = []
    phone = serving(50 * MB)
    phone.open(fetching(answers))
    phone.wait(seconds=2)
    getattr(phone.network, change)()
    phone.wait(seconds=1)
    assert answers[0][0] == "ReadError"


def test_to_another_kind_of_network_is_such_a_change_and_to_the_same_is_none():
    for kind, cut in (("cellular", True), ("Wi-Fi", False)):
        answers = []
        phone = serving(20 * MB)
        phone.open(fetching(answers))
        phone.wait(seconds=2)
        phone.network.switch_to(kind)
        phone.wait(minutes=1)
        assert (answers[0][0] == "ReadError") is cut


def test_an_upload_of_the_app_itself_is_lost_with_its_network():
    outcomes = []

    async def app(app):
        try:
            async for _ in app.url_session.upload("film.mov", size=60 * MB):
                pass
        except URLError as failed:
            outcomes.append((failed.code, app.now))

    phone = Phone()
    phone.open(app)
    phone.wait(seconds=5)
    phone.network.switch_to("cellular")
    phone.wait(minutes=5)
    assert outcomes == [("networkConnectionLost", 5.0)]
    assert phone.truth().transfers[0].sent < 10 * MB


def test_without_a_network_a_request_fails_at_once_and_later_it_works():
    answers = []
    phone = serving(1)
    phone.network.airplane_mode()

    async def app(app):
        for _ in range(2):
            await fetching(answers)(app)
            await asyncio.sleep(10)

    phone.open(app)
    phone.wait(seconds=5)
    phone.network.airplane_mode(False)
    phone.wait(seconds=20)
    assert [answer[0] for answer in answers] == ["ConnectError", 200]


def test_a_captive_portal_answers_everything_and_servers_get_nothing():
    asked, answers = [], []

    def server(request: httpx.Request, received: int) -> httpx.Response:
        asked.append(received)
        return httpx.Response(201)

    async def app(app):
        upload = app.url_session.upload("film.mov", size=6 * MB)
        async for _ in upload:
            pass
        answers.append((upload.response.status_code, upload.response.headers.get("content-type")))

    for portal in (True, False):
        phone = Phone()
        phone.network.serve("upload.example", server)
        if portal:
            phone.network.enter_captive_portal()
        phone.open(app)
        phone.wait(minutes=1)
        transfer = phone.truth().transfers[0]
        assert transfer.sent == (0 if portal else 6 * MB)
        assert (transfer.outcome == "done") is not portal
    assert asked == [6 * MB]
    assert answers[0] == (200, "text/html; charset=utf-8")
    assert answers[1] == (201, None)


def test_the_background_session_believes_a_captive_portal_too():
    phone = Phone()
    phone.network.enter_captive_portal()

    async def app(app):
        app.background_url_session.upload("film.mov", size=6 * MB)

    phone.open(app)
    phone.wait(minutes=1)
    transfer = phone.daemon.transfers[0]
    assert (transfer.sent, transfer.error) == (0, None)
    assert transfer.outcome == "answered with 200 text/html"


def test_after_the_portal_the_server_answers():
    answers = []
    phone = serving(3)
    phone.network.enter_captive_portal()
    phone.network.leave_captive_portal()
    phone.open(fetching(answers))
    phone.wait(seconds=5)
    assert answers[0][:2] == (200, 3)


def test_changes_are_in_the_record():
    phone = Phone()
    phone.network.switch_to("cellular")
    phone.network.airplane_mode()
    phone.network.airplane_mode()
    phone.network.airplane_mode(False)
    changes = [str(entry) for entry in phone.record.of(ConditionChanged)]
    assert changes == ["network: cellular", "network: none", "network: cellular"]


def test_what_no_network_has_is_refused():
    network = Phone().network
    for name in ("uplink", "downlink"):
        with pytest.raises(UsageError, match=f"{name}=0"):
            setattr(network, name, 0)
    with pytest.raises(UsageError, match="before it is sent"):
        network.latency = -1
    with pytest.raises(UsageError, match="Wi-Fi, cellular"):
        network.switch_to("5G")


def words(*, pause: float):
    async def pieces():
        for word in ("one ", "two ", "three "):
            yield word.encode()
            await asyncio.sleep(pause)

    return pieces()


def reading(heard: list):
    async def main(app):
        try:
            async with (
                app.url_session.client() as client,
                client.stream("GET", "https://api.example/") as answer,
            ):
                heard.append(answer.status_code)
                async for piece in answer.aiter_bytes():
                    heard.append((round(app.now), piece.decode()))
        except httpx.TransportError as lost:
            heard.append(str(lost))

    return main


def test_a_server_may_stream_its_answer_and_take_its_time():
    heard = []
    phone = Phone()
    phone.network.serve("api.example", lambda request, received: httpx.Response(200, content=words(pause=5)))
    phone.open(reading(heard))
    phone.wait(seconds=20)
    assert heard == [200, (0, "one "), (5, "two "), (10, "three ")]


def test_a_stream_is_lost_when_the_app_is_suspended():
    heard = []
    phone = Phone()
    phone.network.serve("api.example", lambda request, received: httpx.Response(200, content=words(pause=5)))
    phone.open(reading(heard))
    phone.wait(seconds=2)
    phone.swipe_up()
    phone.wait(minutes=1)
    phone.open()
    phone.wait(seconds=1)
    lost = "the connection is defunct: the app was suspended (networkConnectionLost, -1005)"
    assert heard == [200, (0, "one "), lost]


@pytest.mark.parametrize("session", ["url_session", "background_url_session"])
def test_a_server_may_take_its_time_and_answer_any_status(session):
    async def slow(_request, received):
        await asyncio.sleep(30)
        return httpx.Response(401, text=f"{received} bytes, and no")

    ended = []

    async def main(app):
        task = getattr(app, session).upload("story.mov", size=1 * MB, to="https://api.example/")
        async for _ in task:
            pass
        ended.append((round(app.now), task.response.status_code, task.response.text))

    phone = Phone()
    phone.network.serve("api.example", slow)
    phone.open(main)
    phone.wait(minutes=2)
    assert ended == [(31, 401, "1000000 bytes, and no")]
    assert "refused by the server with 401" in str(phone.truth())
    assert "url-session.status-is-no-error" in [claim.id for claim in phone.why()]


def test_a_server_goes_on_while_the_app_is_suspended():
    async def slow(_request, _received):
        await asyncio.sleep(50)
        return httpx.Response(200, content=words(pause=1))

    async def main(app):
        if app.launch_reason == "person":
            app.background_url_session.download("https://api.example/report")

    phone = Phone()
    phone.network.serve("api.example", slow)
    phone.open(main)
    phone.wait(seconds=1)
    phone.swipe_up()
    phone.wait(minutes=1)
    assert "14 bytes" in str(phone.truth())
    assert phone.truth().transfers[0].outcome == "done"


def test_a_request_of_which_nothing_comes_for_a_minute_times_out():
    async def silent(_request, _received):
        await asyncio.Event().wait()

    heard = []
    phone = Phone()
    phone.network.serve("api.example", silent)
    phone.open(reading(heard))
    phone.wait(seconds=59)
    assert heard == []
    phone.wait(hours=1)
    assert heard == ["no data has come in time (timedOut, -1001)"]
    assert "url-session.request-timeout" in [claim.id for claim in phone.why()]


@pytest.mark.parametrize(
    ("pause", "ends"), [(59, "three "), (61, "no data has come in time (timedOut, -1001)")]
)
def test_the_minute_begins_again_with_all_data_that_comes(pause, ends):
    heard = []
    phone = Phone()
    phone.network.serve(
        "api.example", lambda _request, _received: httpx.Response(200, content=words(pause=pause))
    )
    phone.open(reading(heard))
    phone.wait(minutes=10)
    assert ends in heard[-1]


def test_a_time_limit_that_the_program_gives_to_httpx_is_kept():
    async def slow(_request, _received):
        await asyncio.sleep(100)
        return httpx.Response(200)

    heard = []

    async def main(app):
        async with app.url_session.client() as client:
            for limit in (5, None):
                try:
                    await client.get("https://api.example/", timeout=limit)
                except httpx.ReadTimeout as late:
                    heard.append((round(app.now), late.number))
        heard.append(round(app.now))

    phone = Phone()
    phone.network.serve("api.example", slow)
    phone.open(main)
    phone.wait(minutes=5)
    assert heard == [(5, -1001), 105]


def wrong_answer(_request, _received):
    return "done"


async def wrong_answer_later(_request, _received):
    await asyncio.sleep(1)
    return "done"


@pytest.mark.parametrize("handler", [wrong_answer, wrong_answer_later])
def test_a_server_that_answers_something_else_is_told_so(handler):
    phone = Phone()
    phone.network.serve("api.example", handler)
    phone.open(fetching([]))
    with pytest.raises(UsageError, match="answered str"):
        phone.wait(seconds=5)


def test_the_same_seed_gives_the_same_run():
    def run(seed: int) -> str:
        phone = Phone(seed=seed)

        async def app(app):
            async with app.url_session.client() as client:
                await client.get("https://api.example/file")
            app.background_url_session.upload("film.mov", size=20 * MB)

        phone.network.serve("api.example", lambda r, n: httpx.Response(200, content=bytes(5 * MB)))
        phone.open(app)
        phone.wait(seconds=5)
        phone.network.switch_to("cellular")
        phone.wait(minutes=5)
        return phone.record.digest()

    assert run(1) == run(1)
    assert run(1) != run(2)


@pytest.mark.parametrize(
    ("change", "code", "number"),
    [("airplane_mode", "networkConnectionLost", -1005), (None, "notConnectedToInternet", -1009)],
)
def test_a_loss_has_the_same_name_from_an_upload_and_from_a_client(change, code, number):
    """`change` comes while both are under way; without one there is no network from the start."""
    lost = {}

    async def upload(app):
        async for _ in app.url_session.upload("film.mov", size=60 * MB):
            pass

    async def fetch(app):
        async with app.url_session.client() as client:
            await client.post("https://api.example/", content=slowly())

    async def slowly():
        for _ in range(60):
            yield bytes(MB)

    async def app(app):
        for name, work in (("upload", upload), ("client", fetch)):
            app.process.loop.create_task(trying(name, work(app)))

    async def trying(name, work):
        try:
            await work
        except URLError as error:
            lost[name] = (error.code, error.number, isinstance(error, httpx.TransportError))

    phone = Phone()
    if change is None:
        phone.network.disconnect()
    phone.open(app)
    phone.wait(seconds=3)
    if change:
        getattr(phone.network, change)()
    phone.wait(seconds=3)
    assert lost == {"upload": (code, number, False), "client": (code, number, True)}


@pytest.mark.parametrize(("way", "number"), [("url_session", -1001), ("background_url_session", None)])
def test_a_handler_that_never_answers_is_a_timeout_which_a_background_session_tries_again(way, number):
    asked, ended, ticks = [], [], []

    async def never(_request, _received):
        asked.append(phone.clock.now)
        await asyncio.Event().wait()

    async def app(app):
        async def upload():
            try:
                async for _ in getattr(app, way).upload("a.mov", size=1 * MB, to="https://silent.example/"):
                    pass
            except URLError as late:
                ended.append(late.number)

        app.process.loop.create_task(upload())
        while True:
            ticks.append(app.now)
            await asyncio.sleep(60)

    phone = Phone()
    phone.network.serve("silent.example", never)
    phone.open(app)
    phone.wait(hours=1)
    assert len(ticks) == 61
    assert (ended, len(asked) > 50) == (([number], False) if number else ([], True))


def test_a_handler_that_never_lets_go_is_an_error_in_words():
    async def restless(_request, _received):
        while True:
            await asyncio.sleep(0)

    async def app(app):
        async with app.url_session.client() as client:
            await client.get("https://restless.example/")

    phone = Phone()
    phone.network.serve("restless.example", restless)
    phone.open(app)
    with pytest.raises(NeverYieldsError):
        phone.wait(seconds=10)


def test_a_file_that_is_sent_takes_no_memory():
    """Its bytes are counted; with a piece of another length for each story, as in a comparison, they would never be given back."""
    tracemalloc.start()
    for piece in (300 * MB, 400 * MB):
        phone = Phone(claims={"model.upload-chunk": piece})

        async def main(app, size=2 * piece) -> None:
            async for _ in app.url_session.upload("film.mov", size=size):
                pass

        phone.open(main)
        phone.wait(hours=1)
        assert phone.record.of(TransferEnded)[-1].outcome == "done"
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 10 * MB
