"""F01 to F26, the faults of the wire: each asks the engine for the required answer, on `httpx` and on `httpx2`.

A file has 10,000 bytes, and a cut leaves half of them. `fetched` counts the bytes of files that were taken from the server.
"""

from email.utils import formatdate
from itertools import pairwise

import httpx
import httpx2
import pytest

from afterswipe.sync import Stop
from afterswipe.sync.errors import BrokenAnswer, CaptivePortal, Forbidden, Misdirected, NotAFeed, Unreachable
from faultlab.faults import FAULTS
from faultlab.faults.field import FIELD
from faultlab.servers.exchange import Target
from faultlab.servers.faulty import Fault, When
from guide.pages.faults import tests as every_test

from .rig import SIZE, Rig, landed, small_truth, wanted

HALF = SIZE // 2
CUT = Fault("F11")
ALWAYS = When.FROM


@pytest.fixture(params=[httpx, httpx2], ids=["httpx", "httpx2"])
def rig(tmp_path, request) -> Rig:
    """An extended feed with one author and one sound."""
    return Rig(tmp_path, small_truth(), library=request.param)


@pytest.fixture(params=[httpx, httpx2], ids=["httpx", "httpx2"])
def plain(tmp_path, request) -> Rig:
    """The same as a plain feed."""
    return Rig(tmp_path, small_truth(), extended=False, library=request.param)


@pytest.fixture(params=["extended", "plain"])
def either(tmp_path, request) -> Rig:
    """Both forms of the feed, one after the other."""
    return Rig(tmp_path, small_truth(), extended=request.param == "extended")


def test_every_fault_has_its_test_and_every_such_test_its_fault():
    asked = {kind.test: kind.id for kind in FAULTS.values() if not kind.unreachable}
    assert set(asked) <= set(every_test())
    named = {
        name for name in every_test() if name.startswith("test_f") and name[6:8].isdigit() and name[8] == "_"
    }
    of_the_field = {kind.id for kind in FIELD}
    assert {name[5:8].upper() for name in named} == set(asked.values()) - of_the_field
    assert all(name[5:8].upper() == fault for name, fault in asked.items() if fault not in of_the_field)


def test_without_a_fault_everything_is_fetched_once(either):
    assert either.run().finished
    assert either.in_sync()
    assert either.fetched() == SIZE
    report = either.run()
    assert report.finished
    assert either.fetched() == 0


def never_mixed(rig: Rig, *before: bytes) -> None:
    """Whatever is there under a final name is one of the versions that the server had."""
    whole = {content.file for content in rig.truth.contents.values()} | set(before)
    assert all(file in whole for _, file in rig.held().values())


def the_file(rig: Rig) -> bytes:
    return next(content.file for content in rig.truth.contents.values() if content.file is not None)


def test_f01_a_complete_partial_is_taken_without_another_byte(either):
    report = either.run([Fault("F01")])
    assert report.finished
    assert either.in_sync()
    assert either.fetched() == SIZE


def test_f01_a_complete_partial_of_unknown_size_is_asked_for(plain):
    """Only the plain feed has to ask, and learns the size from the 416."""
    assert plain.run([Fault("F01")]).finished
    assert [reply.status for request, reply in plain.server.log if request.path.endswith(".mp3")] == [
        200,
        416,
    ]


def test_f02_a_partial_longer_than_the_file_is_discarded(either):
    old = the_file(either)
    either.run([CUT, Fault("F02")])
    never_mixed(either, old)
    assert either.server.happened["F02"] == 1
    either.run()
    assert either.in_sync()


def test_f03_a_replaced_file_starts_over(either):
    old = the_file(either)
    either.run([CUT, Fault("F03")])
    assert either.server.happened["F03"] == 1
    rest = either.asked(".mp3")[1]
    assert rest.headers["if-range"].startswith('"')
    never_mixed(either, old)
    either.run()
    assert either.in_sync()


def test_f04_a_rest_of_another_file_is_not_appended(either):
    old = the_file(either)
    either.run([CUT, Fault("F04")])
    assert either.server.happened["F04"] == 1
    never_mixed(either, old)
    either.run()
    assert either.in_sync()


def test_f05_a_whole_file_is_not_appended(rig):
    assert rig.run([CUT, Fault("F05")]).finished
    assert rig.in_sync()
    assert rig.fetched() == HALF + SIZE


@pytest.mark.parametrize(
    ("where", "fetched"), [("before", HALF + 7_500), ("start", HALF + SIZE), ("after", HALF + SIZE)]
)
def test_f06_a_range_from_another_offset(rig, where, fetched):
    assert rig.run([CUT, Fault("F06", arg=where)]).finished
    assert rig.in_sync()
    assert rig.fetched() == fetched


@pytest.mark.parametrize("variant", ["missing", "multipart"])
def test_f07_a_range_that_does_not_say_which(rig, variant):
    assert rig.run([CUT, Fault("F07", arg=variant)]).finished
    assert rig.in_sync()
    assert [request.start for request in rig.asked(".mp3")] == [None, HALF, None]


@pytest.mark.parametrize("variant", ["weak", "none"])
def test_f08_without_a_strong_validator(rig, variant):
    assert rig.run([CUT, Fault("F08", arg=variant, when=ALWAYS)]).finished
    assert rig.in_sync()
    assert rig.fetched() == SIZE
    assert all("if-range" not in request.headers for request in rig.asked(".mp3"))


@pytest.mark.parametrize("variant", ["weak", "none"])
def test_f08_and_without_a_digest_nothing_is_resumed(plain, variant):
    assert plain.run([CUT, Fault("F08", arg=variant, when=ALWAYS)]).finished
    assert plain.in_sync()
    assert [request.start for request in plain.asked(".mp3")] == [None, None]


def test_f09_a_validator_that_changes_each_time(either):
    cuts = [Fault("F11", at=1), Fault("F11", at=2), Fault("F11", at=3)]
    assert either.run([Fault("F09", when=ALWAYS), *cuts]).finished
    assert either.in_sync()
    assert len(either.asked(".mp3")) == 4


def test_f09_and_if_it_is_always_cut_it_ends(either):
    report = either.run([Fault("F09", when=ALWAYS), Fault("F11", when=ALWAYS)])
    assert not report.finished
    assert len(either.asked(".mp3")) < 50
    assert either.run().finished
    assert either.in_sync()


def test_f10_if_range_never_matches(either):
    assert either.run([CUT, Fault("F10", when=ALWAYS)]).finished
    assert either.in_sync()
    assert either.fetched() == HALF + SIZE


def test_f11_what_arrived_is_not_fetched_again(either):
    assert either.run([CUT]).finished
    assert either.in_sync()
    assert either.fetched() == SIZE
    first, rest = either.asked(".mp3")
    assert (first.start, rest.start) == (None, HALF)
    assert rest.headers["if-range"].startswith('"')


def test_f11_nor_after_a_new_start(either):
    either.run([Fault("F11", arg="3000"), Fault("F24", at=2, arg="503", when=ALWAYS, on=Target.FILE)])
    assert sum(path.stat().st_size for path in either.parts()) == 3_000
    either.wall += 4_000
    assert either.run().finished
    assert either.in_sync()
    assert either.fetched() == SIZE - 3_000


def test_f12_a_body_without_a_length_is_measured(rig):
    assert rig.run([Fault("F12")]).finished
    assert rig.in_sync()
    assert rig.fetched() == SIZE


def test_f12_on_a_plain_feed_it_has_to_come_twice_the_same(plain):
    """The second answer has a length, and counts."""
    assert plain.run([Fault("F12")]).finished
    assert plain.in_sync()
    assert plain.fetched() == HALF + SIZE


def test_f12_on_a_plain_feed_nothing_tells_of_a_cut_that_is_always_the_same(plain):
    assert plain.run([Fault("F12", when=ALWAYS)]).finished
    assert [len(file) for _, file in plain.held().values() if file is not None] == [HALF]


def test_f13_a_reset_keeps_what_arrived(either):
    assert either.run([Fault("F13")]).finished
    assert either.in_sync()
    assert either.fetched() == SIZE


@pytest.mark.parametrize(
    "error",
    [
        "ReadError",
        "ReadTimeout",
        "ConnectError",
        "ConnectTimeout",
        "PoolTimeout",
        "WriteError",
        "ProxyError",
        "UnsupportedProtocol",
        "LocalProtocolError",
        "RemoteProtocolError",
    ],
)
def test_f13_every_error_of_the_transport_is_tried_again(rig, error, monkeypatch):
    kind = getattr(rig.library, error)
    seen = []
    honest = type(rig.transport).handle_async_request

    async def failing(self, request):
        if str(request.url).endswith(".mp3") and not seen:
            seen.append(request)
            raise kind("planted", request=request)
        return await honest(self, request)

    monkeypatch.setattr(type(rig.transport), "handle_async_request", failing)
    assert rig.run().finished
    assert seen
    assert rig.in_sync()


@pytest.mark.parametrize("variant", ["whole", "range"])
def test_f14_an_encoded_file_is_refused(rig, variant):
    when = (
        [CUT, Fault("F14", at=2, arg=variant), Fault("F14", at=3)] if variant == "range" else [Fault("F14")]
    )
    report = rig.run(when)
    assert all(request.headers["accept-encoding"] == "identity" for request, _ in rig.server.log)
    assert not report.finished
    assert any(isinstance(problem, BrokenAnswer) for problem in report.problems)
    assert all(file is None for _, file in rig.held().values())
    assert rig.run().finished
    assert rig.in_sync()


@pytest.mark.parametrize("variant", ["truncated", "members", "cut"])
def test_f15_a_page_that_is_not_whole_is_not_applied(either, variant):
    assert either.run().finished
    before, cursor = either.held(), either.cursor()
    either.truth.add(0, "new", 100)
    report = either.run([Fault("F15", arg=variant, when=ALWAYS)])
    assert not report.finished
    assert (either.held(), either.cursor()) == (before, cursor)
    assert all(request.headers["accept-encoding"] == "identity" for request in either.asked("update-events"))
    assert either.run().finished
    assert either.in_sync()


@pytest.mark.parametrize("variant", ["html", "redirect", "511"])
@pytest.mark.parametrize("at", [1, 2, 3], ids=["from the feed on", "from the entity on", "from the file on"])
def test_f17_a_captive_portal_is_offline_and_changes_nothing(either, variant, at):
    assert either.run().finished
    before = either.held()
    either.truth.add(0, "new", 100)
    report = either.run([Fault("F17", arg=variant, at=at, when=ALWAYS)])
    assert not report.finished
    assert report.why is (Stop.OFFLINE if at == 1 else Stop.INCOMPLETE), str(report)
    assert at == 1 or isinstance(report.problems[0], Misdirected)
    assert either.held() == before
    assert either.run().finished
    assert either.in_sync()


def test_f17_an_error_says_what_to_do(rig):
    report = rig.run([Fault("F17", when=ALWAYS)])
    assert report.why is Stop.OFFLINE
    assert isinstance(CaptivePortal("x"), NotAFeed)
    assert "sign" in str(report).lower(), str(report)


def test_f18_an_empty_page_deletes_nothing(either):
    assert either.run().finished
    before, cursor = either.held(), either.cursor()
    assert either.run([Fault("F18", when=ALWAYS)]).finished
    assert (either.held(), either.cursor()) == (before, cursor)


@pytest.mark.parametrize("variant", ["loop", "many", "http", "file"])
def test_f19_redirects(rig, variant):
    report = rig.run([Fault("F19", arg=variant, when=ALWAYS, on=Target.FILE)])
    assert not report.finished
    assert report.problems
    assert all(request.url.startswith("https://") for request, _ in rig.server.log)
    assert len(rig.asked(".mp3")) <= (rig.limits.redirects + 1) * rig.limits.attempts
    assert rig.run().finished
    assert rig.in_sync()


def test_f19_credentials_stay_with_their_origin(rig):
    secret = {"headers": {"Authorization": "Bearer secret", "Cookie": "session=1"}}
    report = rig.run(
        [Fault("F19", arg="origin", when=ALWAYS, on=Target.FILE)], client=secret, hosts={"other.feed.example"}
    )
    ours, other = rig.asked(".mp3")[:2]
    assert ours.headers["authorization"] == "Bearer secret"
    assert "://other." in other.url
    assert not {"authorization", "cookie"} & set(other.headers)
    assert report.finished
    assert rig.in_sync()


def test_f20_a_drip_is_ended(rig):
    began = rig.wall
    assert rig.run([Fault("F20")]).finished
    assert rig.in_sync()
    assert rig.fetched() == SIZE, "the drops are kept"
    assert rig.wall - began < 120, "10,000 drops would take eleven hours"


def test_f20_and_a_server_that_only_drips_ends_the_run(rig):
    began = rig.wall
    report = rig.run([Fault("F20", when=ALWAYS)], limits={"total_seconds": 600})
    assert not report.finished
    assert rig.wall - began < 700
    assert sum(path.stat().st_size for path in rig.parts()) > 0


def test_f21_a_stall_with_new_bytes_is_no_attempt(rig):
    assert rig.run([Fault("F21", arg="1000", when=ALWAYS)]).finished
    assert rig.in_sync()
    assert len(rig.asked(".mp3")) == 10 > rig.limits.attempts
    assert rig.fetched() == SIZE


def test_f21_and_without_new_bytes_it_is(rig):
    report = rig.run([Fault("F21", arg="0", when=ALWAYS)])
    assert not report.finished
    assert len(rig.asked(".mp3")) == rig.limits.attempts
    assert any(isinstance(problem, Unreachable) for problem in report.problems)


def test_f22_retry_after_is_honoured_and_remembered(either):
    report = either.run([Fault("F22", arg="120", when=ALWAYS)])
    assert report.why is Stop.SERVER_BUSY, str(report)
    asked = len(either.server.log)
    assert asked == 1
    either.wall += 60
    assert either.run().why is Stop.SERVER_BUSY
    assert either.server.log == [], "the pause survives a new start"
    either.wall += 120
    assert either.run().finished
    assert either.in_sync()


def test_f22_a_short_one_is_waited_for(either):
    began = either.wall
    assert either.run([Fault("F22", arg="5")]).finished
    assert either.in_sync()
    assert either.wall - began >= 5


def test_f22_a_date(either):
    report = either.run([Fault("F22", arg=formatdate(either.wall + 300, usegmt=True))])
    assert report.why is Stop.SERVER_BUSY
    either.wall += 290
    assert either.run().why is Stop.SERVER_BUSY
    either.wall += 100
    assert either.run().finished


@pytest.mark.parametrize("absurd", ["999999999", "-5", "soon", "1e400", "Fri, 31 Dec 9999 23:59:59 GMT"])
def test_f22_an_absurd_one_is_bounded(either, absurd):
    either.run([Fault("F22", arg=absurd)])
    either.wall += either.limits.retry_after_max * 1.5
    assert either.run().finished
    assert either.in_sync()


def test_f23_a_token_that_expires_keeps_everything(either):
    report = either.run([CUT, Fault("F23", at=2, when=ALWAYS)])
    assert report.why is Stop.INCOMPLETE
    assert isinstance(report.problems[0], Forbidden), (
        "the feed came without a question: it is this one's trouble"
    )
    assert sum(path.stat().st_size for path in either.parts()) == HALF
    assert len(either.asked(".mp3")) == 2, "it is not tried again with the same token"
    assert either.run().finished
    assert either.in_sync()
    assert either.fetched() == HALF


def test_f23_at_the_feed_too(tmp_path):
    rig = Rig(tmp_path, token="right")
    assert rig.run(client={"headers": {"Authorization": "Bearer wrong"}}).why is Stop.NEEDS_AUTHORIZATION
    assert rig.run(client={"headers": {"Authorization": "Bearer right"}}).finished
    assert rig.in_sync()


@pytest.mark.parametrize("status", ["500", "502", "503"])
@pytest.mark.parametrize("on", [Target.FEED, Target.FILE], ids=["feed", "file"])
def test_f24_a_server_that_fails_for_ever(either, status, on):
    target = "update-events" if on is Target.FEED else ".mp3"
    times: list[float] = []

    def observe(point: str, detail: str) -> None:
        if point == "request" and target in detail:
            times.append(either.clock.monotonic())

    report = either.run([Fault("F24", arg=status, when=ALWAYS, on=on)], observe=observe)
    assert not report.finished
    of_all = Stop.SERVER_BUSY if status == "503" else Stop.SERVER_FAULT
    assert report.why is (of_all if on is Target.FEED else Stop.INCOMPLETE), str(report)
    assert 2 < len(times) <= either.limits.attempts
    pauses = [later - earlier for earlier, later in pairwise(times)]
    assert pauses == sorted(pauses)
    assert max(pauses) <= either.limits.backoff_cap
    either.wall += 4_000
    assert either.run().finished
    assert either.in_sync()


def test_f24_the_pauses_have_jitter(tmp_path):
    def pauses(folder, seed: int) -> list[float]:
        rig = Rig(tmp_path / folder)
        rig.seed = seed
        rig.run([Fault("F24", when=ALWAYS)])
        return rig.clock.slept

    assert pauses("a", 1) == pauses("b", 1)
    assert pauses("c", 1) != pauses("d", 2)


@pytest.mark.parametrize("variant", ["304", "204", "206"])
def test_f25_an_answer_that_makes_no_sense(either, variant):
    report = either.run([Fault("F25", arg=variant)])
    assert either.server.happened["F25"] == 1
    assert any(isinstance(problem, BrokenAnswer) for problem in report.problems), str(report)
    assert all(file is None for _, file in either.held().values())
    assert all(path.stat().st_size == 0 for path in either.parts())
    assert either.run().finished
    assert either.in_sync()
    assert either.fetched() == SIZE


def test_f26_a_cache_on_the_way(either):
    cache = [Fault("F26", when=ALWAYS)]
    assert either.run(cache).finished
    either.truth.add(0, "new", 100)
    assert either.run(same_server=True).finished
    either.truth.add(0, "newer", 100)
    assert either.run(same_server=True).finished
    assert either.in_sync()
    assert all(request.headers["cache-control"] == "no-cache" for request in either.asked("update-events"))


@pytest.mark.parametrize("status", ["404", "409", "410"])
def test_f26_after_a_refused_cursor_the_address_is_another_one(rig, status):
    assert rig.run().finished
    rig.truth.add(0, "new", 100)
    assert rig.run([Fault("F30", arg=status, when=ALWAYS)]).finished
    assert rig.in_sync()
    urls = [request.url for request in rig.asked("update-events")]
    assert len(urls) == len(set(urls)) == 2


def test_the_rig_reads_what_is_there(tmp_path):
    """The checks above compare with what the folder holds; a byte that is changed there is seen."""
    rig = Rig(tmp_path)
    assert rig.run().finished
    path = next(path for path in (tmp_path / "files").rglob("*.mp3"))
    path.write_bytes(path.read_bytes()[:-1] + b"\0")
    assert landed(tmp_path) != wanted(rig.truth)
    assert not rig.in_sync()
