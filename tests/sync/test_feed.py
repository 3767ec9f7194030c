"""The wire protocol: what is read, and what is refused."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from afterswipe.sync import FeedTooLarge, Limits, NotAFeed
from afterswipe.sync.feed.protocol import (
    Event,
    FileInfo,
    Identity,
    Kind,
    Media,
    _no_constant,
    _Reader,
    entity_url,
    events_url,
    file_url,
    nanoseconds,
    parse_entity,
    read_page,
)

ID = "1b4e28ba-2fa1-11d2-883f-0016d3cca427"
OTHER = "6fa459ea-ee8a-3ca4-894e-db77e160355e"
EVENT = {
    "id": OTHER,
    "content_id": ID,
    "date_time": "2026-10-01T10:00:00.25Z",
    "media_type": 0,
    "event_type": 2,
}
PAGE = {"feed_id": "f", "generation": 1, "events": [], "next": None, "complete": True}


def read(document: object, limits: Limits | None = None):
    return list(read_page(json.dumps(document).encode(), limits or Limits(), where="the feed"))[-1]


def test_a_plain_page():
    page, at = read([EVENT]), 1_790_848_800_250_000_000
    assert page.identity.feed_id is None
    assert page.complete
    assert page.events == (
        Event(OTHER, ID, Media.SOUND, Kind.FILE_UPDATED, at, EVENT["date_time"], dated=at),
    )
    assert page.events[0].key == f"sound/{ID}"


def test_an_extended_page():
    digest = "AB" * 32
    page = read(
        {
            **PAGE,
            "generation": "g2",
            "events": [{**EVENT, "seq": 7, "size": 3, "sha256": digest}],
            "cursor": "c",
        }
    )
    assert page.identity == Identity("f", "g2", True)
    assert (page.cursor, page.next, page.complete) == ("c", None, True)
    assert (page.events[0].version, page.events[0].file) == (7, FileInfo(3, digest.lower()))


def test_ids_are_compared_in_lower_case_and_asked_for_as_they_are_spelled():
    """So that two ids that differ in case alone cannot become two files, or one."""
    (shouted,), (small,) = (read([{**EVENT, "content_id": name}]).events for name in (ID.upper(), ID))
    assert (shouted.key, shouted.identity) == (small.key, small.identity)
    assert shouted.content == ID.upper()


@pytest.mark.parametrize(
    "event",
    [
        "no object",
        {},
        {**EVENT, "id": "../../etc/passwd"},
        {**EVENT, "content_id": "../" + ID},
        {**EVENT, "content_id": ID + "\0"},
        {**EVENT, "content_id": 5},
        {**EVENT, "date_time": "yesterday"},
        {**EVENT, "date_time": "2026-13-01T00:00:00Z"},
        {**EVENT, "date_time": 5},
        {**EVENT, "media_type": True},
        {**EVENT, "media_type": -1},
        {**EVENT, "event_type": "0"},
        {**EVENT, "size": 1.5},
        {**EVENT, "size": -1},
        {**EVENT, "size": 2**63},
        {**EVENT, "sha256": "ab"},
        {**EVENT, "sha256": "z" * 64},
        {**EVENT, "seq": 1},
    ],
)
def test_a_malformed_event_spoils_its_page(event):
    with pytest.raises(NotAFeed, match="the feed"):
        read([EVENT, event])
    assert read([EVENT])


@pytest.mark.parametrize(
    "changes",
    [
        {"feed_id": None},
        {"feed_id": ""},
        {"feed_id": "a\nb"},
        {"feed_id": "x" * 1001},
        {"feed_id": "\ud800"},
        {"generation": None},
        {"generation": -1},
        {"generation": True},
        {"complete": 1},
        {"complete": "true"},
        {"next": 5},
        {"next": ".."},
        {"next": "p2"},
        {"events": {}},
        {"cursor": ""},
        {"events": [{**EVENT, "seq": 1}, EVENT]},
    ],
)
def test_a_malformed_page(changes):
    with pytest.raises(NotAFeed):
        read({**PAGE, **changes})
    assert read(PAGE)


@pytest.mark.parametrize("missing", PAGE)
def test_every_field_of_an_extended_page_is_needed(missing):
    with pytest.raises(NotAFeed, match=missing):
        read({name: value for name, value in PAGE.items() if name != missing})


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b"[", b"null", b"5", b"\xff", b'{"a": NaN}', b"[NaN]", b"[" * 100_000, b"1" * 10_000],
    ids=["empty", "html", "cut", "null", "number", "not UTF-8", "object", "NaN", "deep", "long"],
)
def test_what_is_no_json_page(body):
    with pytest.raises(NotAFeed):
        list(read_page(body, Limits(), where="the feed"))


def test_an_unknown_kind_is_counted_and_not_used():
    page = read([EVENT, {**EVENT, "id": ID, "event_type": 4}, {**EVENT, "id": ID, "media_type": 9}])
    assert len(page.events) == 1
    assert len(page.unknown) == 2


def test_the_number_of_events_has_a_limit():
    with pytest.raises(FeedTooLarge, match=r"Limits\.events"):
        read([EVENT, EVENT], Limits(events=1))
    assert read([EVENT], Limits(events=1))


def test_an_empty_page_does_not_tell_whether_it_is_numbered():
    assert read(PAGE).identity.numbered is None
    assert Identity("f", "1", True).same(read(PAGE).identity)
    assert not Identity("f", "2", True).same(read(PAGE).identity)
    assert not Identity("f", "1", True).same(Identity("f", "1", False))


@given(st.datetimes(timezones=st.just(UTC)).filter(lambda moment: moment.year > 1970))
def test_times_are_ordered_as_they_are(moment):
    exact = (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1) * 1000
    assert nanoseconds(moment.isoformat()) == exact
    assert nanoseconds(moment.strftime("%Y-%m-%dT%H:%M:%S.%f") + "Z") == exact


def test_the_digits_of_a_fraction_decide():
    """A float would call these equal; so would a clock that knows microseconds."""
    assert nanoseconds("2026-10-01T10:00:00.1234567") < nanoseconds("2026-10-01T10:00:00.1234568")
    assert nanoseconds("2026-10-01T10:00:00.5") == nanoseconds("2026-10-01T10:00:00.500000000000")
    assert nanoseconds("2026-10-01T10:00:00+02:00") == nanoseconds("2026-10-01T08:00:00Z")


def test_an_entity_is_data():
    text = parse_entity(json.dumps({"id": ID.upper(), "name": "../../x\0\ud800"}).encode(), ID, where="it")
    assert json.loads(text)["name"] == "../../x\0\ud800"
    text.encode("ascii")
    for body in (b"[]", b"{}", json.dumps({"id": OTHER}).encode()):
        with pytest.raises(NotAFeed):
            parse_entity(body, ID, where="it")


def test_addresses():
    assert events_url("https://e.org/", "2026-10-01T10:00:00+02:00") == (
        "https://e.org/v3/update-events/2026-10-01T10:00:00%2B02:00"
    )
    assert events_url("https://e.org/", "a/b?c", 2) == "https://e.org/v3/update-events/a%2Fb%3Fc?again=2"
    assert entity_url("https://e.org/", Media.GENRE, ID) == f"https://e.org/v3/music-genre/{ID}"
    assert file_url("https://e.org/", Media.SONG, ID) == f"https://e.org/songs/{ID}.mp3"
    assert [bool(media.folder) for media in Media] == [True, False, True, False]


@pytest.mark.parametrize(
    "text",
    [
        "[]", " [ ] ", "[1]", "[1,2]", "[1,]", "[,1]", "[1 2]", "[1", "[1]]", "[1] x", "[[1],[2]]", "[NaN]", "[1e999]", "", " ", "1", "nul",
        "{}", " { } ", '{"a":1}', '{"a":1,}', '{,"a":1}', '{"a":1 "b":2}', '{"a" 1}', '{"a":}', '{1:2}', "{[]:1}", '{"a":1}}', '{"a":[}', '{"a":[1,2],"b":[]}',
        '{"a":[1,],"b":1}', '{"a":{"events":[1]},"events":[2]}', '{"events":[{"a":[1,{}]}]}', '{"a":"]}[{","b":"\\"["}', "\ufeff[]",
        "[\u00a01]", "[1\u2028,2]", "\t[\r\n1\t,\n2]\n", "[" * 5000, '{"a":' * 5000, "[01]", "[1.]", '["\x01"]', "[true,false,null]", "['a']", "[1//2]",
    ],
)  # fmt: skip
def test_json_in_parts_is_json(text):
    """What is read item by item is accepted and refused as the library does it, and means the same."""

    def read(reader):
        try:
            return reader(text)
        except (ValueError, RecursionError):
            return "refused"

    def in_parts(text):
        reading = _Reader(text, "here", 9).document()
        while True:
            try:
                next(reading)
            except StopIteration as end:
                return end.value

    assert read(in_parts) == read(lambda text: json.loads(text, parse_constant=_no_constant))
