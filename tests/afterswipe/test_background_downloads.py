"""Downloads of a background URLSession: another process moves the bytes, and the app finds the file when it runs again."""

import asyncio

import httpx
import pytest

from afterswipe import Phone, StateChanged, TransferMoved, UnavailableError, URLError, UsageError, show

URL = "https://feed.example/sounds/one.mp3"
FILE = bytes(range(256)) * 40_000  # 10 MB: longer on the way than the app stays in front


def serving(content=FILE, status=200):
    def server(request: httpx.Request, _received: int) -> httpx.Response:
        assert request.method == "GET"
        return httpx.Response(status, content=content)

    return server


def phone_with(got, *, server=None, ios="18") -> Phone:
    """A phone with an app that hands one download over at its first launch, and takes what is there at every launch."""

    async def app(app):
        session = app.background_url_session
        for task in session.downloads() or [session.download(URL)]:
            try:
                async for share in task:
                    got.append(share)
                got.append(task.content)
            except URLError as error:
                got.append(error.code)
        app.complete_wake()
        await asyncio.sleep(1_000_000)

    phone = Phone(ios=ios)
    phone.network.serve("feed.example", server or serving())
    phone.open(app)
    return phone


def test_the_file_arrives_while_the_app_is_suspended_and_the_app_is_woken():
    got = []
    phone = phone_with(got)
    phone.wait(seconds=0.5)
    phone.swipe_up()
    phone.wait(minutes=5)
    assert got[-1] == FILE
    assert any("URLSession" in change.note for change in phone.record.of(StateChanged))
    moved = phone.record.of(TransferMoved)
    assert moved[-1].sent == moved[-1].size == len(FILE)
    assert str(moved[-1]).endswith("received")


def test_in_front_progress_is_heard_and_never_goes_down():
    got = []
    phone = phone_with(got)
    phone.wait(minutes=5)
    shares = got[:-1]
    assert shares == sorted(shares)
    assert (shares[-1], got[-1]) == (1.0, FILE)


def test_a_force_quit_cancels_it():
    got = []
    phone = phone_with(got)
    phone.wait(seconds=0.5)
    phone.force_quit()
    phone.wait(minutes=5)
    phone.open()
    phone.wait(seconds=1)
    assert got[-1] == "cancelled"


def test_a_cut_connection_starts_it_over_and_it_still_arrives():
    got = []
    phone = phone_with(got)
    phone.wait(seconds=0.5)
    phone.network.disconnect()
    phone.wait(seconds=5)
    phone.network.connect()
    phone.wait(minutes=5)
    assert got[-1] == FILE
    sent = [entry.sent for entry in phone.record.of(TransferMoved)]
    assert sent.index(0, 1) > 1, "it went back to nothing"


def test_the_system_ending_the_app_does_not_touch_it():
    got = []
    phone = phone_with(got)
    phone.wait(seconds=0.5)
    phone.swipe_up()
    phone.wait(seconds=1)
    phone.memory_pressure()
    phone.wait(minutes=5)
    assert got[-1] == FILE


def test_a_refusal_is_no_error_and_the_file_is_its_page():
    got = []
    phone = phone_with(got, server=serving(b"not here", 404))
    phone.wait(seconds=5)
    assert got[-1] == b"not here"


def test_an_empty_file_is_a_file():
    got = []
    phone = phone_with(got, server=serving(b""))
    phone.wait(seconds=5)
    assert got[-1] == b""


def test_a_portals_page_is_what_was_downloaded():
    got = []
    phone = phone_with(got)
    phone.network.enter_captive_portal()
    phone.wait(seconds=5)
    assert b"hotel" in got[-1]


def test_what_is_not_there_cannot_be_read():
    async def app(app):
        app.background_url_session.download(URL).content  # noqa: B018

    phone = Phone()
    with pytest.raises(UsageError, match=r"one\.mp3 is not there"):
        phone.open(app)


def test_before_ios_7_there_is_none():
    with pytest.raises(UnavailableError):
        phone_with([], ios="6")


def test_its_timeline_can_be_shown(capsys):
    phone = phone_with([])
    phone.wait(seconds=0.5)
    phone.swipe_up()
    phone.wait(minutes=5)
    show(phone.timeline())
    assert "\nsystem gets " in str(phone.timeline())
    assert "System gets " in phone.timeline()._repr_svg_()
    assert "one.mp3" in capsys.readouterr().out + str(phone.truth())
