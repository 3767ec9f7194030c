"""One file's transfer: from what is here and what the server answers to what to do. No I/O at all."""

from dataclasses import replace

import pytest

from afterswipe.sync import Limits
from afterswipe.sync.feed.protocol import FileInfo
from afterswipe.sync.feed.records import Part
from afterswipe.sync.transfer.answers import (
    PAUSES,
    Answer,
    Ask,
    Not,
    Receive,
    Refuse,
    Verify,
    Wait,
)

DIGEST = "a" * 64
SURE = FileInfo(100, DIGEST)
"""The feed knows the file."""
UNSURE = FileInfo()
"""A plain feed."""
V1 = Part('"v1"', 100, 40)


def answer(status: int, **headers: str) -> Answer:
    return Answer(status, {name.replace("_", "-"): value for name, value in headers.items()})


def whole(**headers: str) -> Answer:
    return answer(200, **{"content_length": "100", "etag": '"v1"', **headers})


def part(start: int, end: int = 99, total: str = "100", **headers: str) -> Answer:
    return answer(206, **{"content_range": f"bytes {start}-{end}/{total}", "etag": '"v1"', **headers})


OPEN = V1._replace(total=None)


def asks(want: FileInfo = SURE, size: int = 40, here: Part = V1, **more) -> Ask:
    return Ask(want, size, here, **more)


# What is sent.


def test_everything_is_asked_for_as_it_is():
    assert asks(size=0).headers == {"accept-encoding": "identity"}
    assert asks().headers == {"accept-encoding": "identity", "range": "bytes=40-", "if-range": '"v1"'}


@pytest.mark.parametrize(
    ("want", "validator", "resumes"),
    [(SURE, '"v1"', True), (SURE, None, True), (UNSURE, '"v1"', True), (UNSURE, None, False)],
)
def test_f08_resuming_needs_a_strong_validator_or_a_digest(want, validator, resumes):
    ask = asks(want, here=Part(validator, 100, 40))
    assert ("range" in ask.headers) == resumes
    assert ("if-range" in ask.headers) == (validator is not None and resumes)


@pytest.mark.parametrize("tag", ['W/"v1"', "v1", "", '"'])
def test_f08_a_weak_tag_is_no_validator(tag):
    assert answer(200, etag=tag).validator is None
    assert answer(200, etag='"v1"').validator == '"v1"'


# 200.


def test_f03_f05_a_whole_answer_is_never_appended():
    decision = asks().next(whole(etag='"v2"'))
    assert isinstance(decision, Receive)
    assert (decision.ask.size, decision.ask.here) == (0, Part('"v2"', 100))
    assert decision.ask.size == 0


@pytest.mark.parametrize("want", [SURE, UNSURE])
def test_a_size_that_is_not_the_feed_s(want):
    decision = asks(want, size=0, here=Part()).next(whole(content_length="99"))
    assert isinstance(decision, Refuse if want is SURE else Receive)


def test_f14_encoded_bytes_are_not_the_file():
    for given in (whole(content_encoding="gzip"), part(40, content_encoding="br")):
        assert asks().next(given) == asks(whole=True), "perhaps only a range is encoded"
        assert isinstance(asks(whole=True).next(given), Refuse)
    assert isinstance(asks().next(whole(content_encoding="identity")), Receive)


def test_f17_a_page_for_people_is_not_the_file():
    page = whole(content_type="text/html; charset=utf-8")
    anew = asks().next(page)
    assert anew == asks(whole=True, anew=True), "perhaps only a range gets a page"
    assert isinstance(anew.next(page), Receive), "many servers call everything so"
    assert page.for_people(b"Welcome to the hotel")
    assert not page.for_people(b"ID3\x03\x00")
    assert anew.next(replace(page, headers={**page.headers, "content-length": "72"})) is Not.ITS_OWN
    assert anew.next(whole(content_type="text/html", content_encoding="gzip")) is Not.ITS_OWN
    assert anew.next(answer(511)) is Not.ITS_OWN


def test_f51_a_size_beyond_the_limit():
    few = Limits(file_bytes=99)
    assert isinstance(asks(UNSURE, 0, Part(), limits=few).next(whole()), Refuse)
    assert isinstance(asks(UNSURE, 0, Part(), limits=Limits(file_bytes=100)).next(whole()), Receive)


# 206.


def test_the_rest_is_appended_where_the_answer_says():
    decision = asks().next(part(40))
    assert isinstance(decision, Receive)
    assert (decision.ask.size, decision.ask.here.validator, decision.ask.here.total) == (40, '"v1"', 100)


@pytest.mark.parametrize(("start", "offset"), [(39, 39), (0, 0), (40, 40)])
def test_f06_a_start_before_ours_moves_back(start, offset):
    decision = asks().next(part(start))
    assert isinstance(decision, Receive)
    assert decision.ask.size == offset


@pytest.mark.parametrize(
    "given",
    [
        part(41),
        part(40, 100),
        part(40, 39),
        part(40, 99, "101"),
        part(40, etag='"v2"'),
        part(40, content_range="bytes 40-99"),
        part(40, content_range=""),
        part(40, content_type="multipart/byteranges", content_range=""),
        answer(206),
        part(40, content_range="items 40-99/100"),
        part(40, content_range=f"bytes 40-99/{10**30}"),
    ],
    ids=["after", "past the end", "backwards", "another total", "another tag", "no total", "empty", "multipart", "none", "unit", "huge"],
)  # fmt: skip
def test_f04_f06_f07_a_part_that_cannot_be_used_means_a_new_start(given):
    decision = asks().next(given)
    assert isinstance(decision, Ask)
    assert (decision.size, decision.restarts) == (0, 1)
    assert decision.headers == {"accept-encoding": "identity", "cache-control": "no-cache"}


def test_a_part_without_a_tag_is_taken_only_if_a_digest_will_judge():
    given = answer(206, content_range="bytes 40-99/100")
    assert isinstance(asks(SURE).next(given), Receive)
    assert isinstance(asks(FileInfo(100)).next(given), Ask)


def test_f25_a_part_that_nobody_asked_for():
    assert isinstance(asks(size=0).next(part(0, 49)), Refuse)
    for status in (204, 304, 201, 300, 418):
        assert isinstance(asks(size=0).next(answer(status)), Refuse)


# 416.


def test_f01_everything_is_here_already():
    done = answer(416, content_range="bytes */40")
    assert isinstance(asks(FileInfo(None, DIGEST), here=OPEN).next(done), Verify)
    assert isinstance(asks(UNSURE, here=OPEN).next(done), Ask), "nothing would notice another version"
    tagged = answer(416, content_range="bytes */40", etag='"v1"')
    assert isinstance(asks(UNSURE, here=OPEN).next(tagged), Verify)
    assert isinstance(asks(UNSURE).next(tagged), Ask), "the server said otherwise before"


@pytest.mark.parametrize("given", ["bytes */39", "bytes */41", "", "bytes 0-1/2"])
def test_f02_the_file_shrank(given):
    decision = asks().next(answer(416, content_range=given))
    assert isinstance(decision, Ask)
    assert decision.size == 0


# The others.


@pytest.mark.parametrize(
    ("status", "decision"),
    [(404, Not.HERE), (410, Not.HERE), (401, Not.ALLOWED), (403, Not.ALLOWED), (407, Not.ALLOWED)]
    + [(status, Wait(status, 5)) for status in (408, 425, 429, 500, 502, 503, 504)],
)
def test_other_statuses(status, decision):
    assert Ask(asks().want, 0).next(answer(status, retry_after="5")) == decision
    if status in (403, 404, 410):
        decision = asks()._replace(whole=True)  # it may be the range alone that is refused
    assert asks().next(answer(status, retry_after="5")) == decision


def test_only_two_statuses_speak_for_the_whole_server():
    assert [status for status in (408, 429, 500, 502, 503, 504) if status in PAUSES] == [429, 503]


def test_f09_new_starts_have_a_bound_and_the_last_does_not_resume():
    ask = asks()
    for restarts in range(1, ask.limits.restarts + 1):
        again = ask.restart("it changed")
        assert isinstance(again, Ask)
        assert again.restarts == restarts
        ask = again
    assert "range" not in asks(restarts=ask.restarts).headers
    refused = ask.restart("it changed")
    assert isinstance(refused, Refuse)
    assert refused.wrong_file


# The end of a body.


@pytest.mark.parametrize(
    ("want", "here", "size", "ended", "interrupted"),
    [
        (SURE, V1, 100, Verify, Verify),
        (SURE, V1, 99, Ask, Ask),
        (UNSURE, V1, 100, Verify, Verify),
        (UNSURE, V1, 99, Ask, Ask),
        (UNSURE, Part(), 99, Verify, Ask),
        (UNSURE, Part(), 0, Ask, Ask),
        (FileInfo(0, DIGEST), Part(), 0, Verify, Verify),
    ],
)
def test_f11_f12_the_feed_s_size_decides_whether_it_is_the_end(want, here, size, ended, interrupted):
    assert isinstance(asks(want, 0, here).ended(size), ended)
    assert isinstance(asks(want, 0, here).ended(size, cut=True), interrupted)


def test_f51_room_is_the_smallest_of_all_that_is_known():
    assert asks().room() == 100
    assert asks(FileInfo(50), here=V1).room() == 50
    assert asks(UNSURE, here=Part(), limits=Limits(file_bytes=7)).room() == 7


def test_a_whole_that_is_called_a_part_says_how_long_it_is():
    """Nobody had asked for a part, and the answer had no length of its own, or another: a hundred bytes of a hundred thousand were "everything is here"."""
    for headers in ({}, {"content_length": "100"}):
        received = asks(FileInfo(), 0, Part()).next(
            answer(206, content_range="bytes 0-99999/100000", **headers)
        )
        assert isinstance(received, Receive)
        assert received.ask.here.total == 100_000
        assert isinstance(received.ask.ended(100), Ask), "it goes on"


def test_a_whole_without_a_length_that_nobody_asked_for_is_asked_for():
    """The rest was asked for, and a whole came by chunks, shorter than the length that is known of this very version: "everything is here"."""
    assert asks().next(answer(200, etag='"v1"')).whole
    whole = asks().next(answer(200, etag='"v1"')).next(answer(200, etag='"v1"'))
    assert isinstance(whole, Receive)
