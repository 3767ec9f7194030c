"""The faults are real: clients as they are often written end with a wrong file, a wrong list, or lose what they had."""

from contextlib import suppress

import httpx
import pytest

from faultlab.clock import LoopClock
from faultlab.faults import FAULTS
from faultlab.loop import run
from faultlab.servers.faulty import Fault, FaultyTransport, When
from faultlab.servers.server import SOUND, FeedServer, Truth

from . import naive

BASE = "https://feed.example/"
CUT = Fault("F11")
MANY = When.FROM

FILES = {
    "F01": [Fault("F11", arg="1000")],
    "F02": [CUT, Fault("F02")],
    "F03": [CUT, Fault("F03")],
    "F04": [CUT, Fault("F04")],
    "F05": [CUT, Fault("F05")],
    "F06": [CUT, Fault("F06", arg="start")],
    "F07": [CUT, Fault("F07", arg="multipart")],
    "F08": [CUT, Fault("F03"), Fault("F08", when=MANY)],
    "F09": [CUT, Fault("F03"), Fault("F09", when=MANY)],
    "F10": [CUT, Fault("F05")],
    "F12": [Fault("F12")],
    "F13": [Fault("F13")],
    "F14": [CUT, Fault("F14", at=2, arg="range")],
    "F17": [Fault("F17")],
    "F23": [CUT, Fault("F23", at=2)],
    "F22": [Fault("F22", arg="2")],
    "F24": [Fault("F24", arg="503")],
    "F25": [Fault("F25", arg="206")],
    "F35": [Fault("F35", arg="between")],
    "F36": [Fault("F36", arg="between")],
}
"""The faults of a file: which are needed at once to show each. The file has 1,000 bytes, and half of it comes first."""

FEEDS = {
    "F15": [Fault("F15", arg="cut")],
    "F26": [Fault("F26", when=MANY)],
    "F27": [Fault("F27", arg="event")],
    "F28": [Fault("F28")],
    "F29": [Fault("F29", at=2)],
    "F30": [Fault("F30", at=2, arg="410")],
    "F31": [Fault("F31", at=2)],
    "F32": [Fault("F32", at=2)],
    "F33": [Fault("F33")],
    "F37": [Fault("F37")],
}
"""The faults of the feed, injected into two runs of a naive client, between which one thing is added and one deleted."""


def test_the_list_is_the_data_s():
    assert set(FILES) | set(FEEDS) == {kind.id for kind in FAULTS.values() if kind.naive}


async def downloaded(faults: list[Fault]) -> bool:
    """Whether the naive download ends with the file that the server has."""
    truth = Truth(seed=1)
    content = truth.add(SOUND, "a sound", 1000)
    client = FaultyTransport(FeedServer(truth), faults, clock=LoopClock()).client()
    part = bytearray()
    try:
        got = await naive.download(client, f"{BASE}sounds/{content}.mp3", part)
    except (httpx.HTTPError, OSError):
        return False
    return content in truth.contents and got == truth.contents[content].file


async def followed(faults: list[Fault]) -> bool:
    """Whether the naive client has the server's titles after two runs."""
    truth = Truth(seed=1)
    contents = [truth.add(SOUND, f"sound {number}", 10) for number in range(4)]
    truth.delete(contents[0])
    client = FaultyTransport(FeedServer(truth, page=3), faults, clock=LoopClock()).client()
    store: dict = {}
    for _ in range(2):
        with suppress(httpx.HTTPError, LookupError, ValueError, TypeError):  # it will be started again
            await naive.follow(client, BASE, store)
        truth.add(SOUND, "one more", 10)
        if contents[1] in truth.contents:
            truth.delete(contents[1])
    try:
        await naive.follow(client, BASE, store)
    except (httpx.HTTPError, LookupError, ValueError, TypeError):
        return False
    return store["rows"] == {content.id: content.title for content in truth.contents.values()}


def test_without_a_fault_the_naive_client_is_right():
    assert run(downloaded([]))
    assert run(downloaded([CUT])), "it does resume"


@pytest.mark.parametrize("fault", FILES)
def test_a_naive_download_gets_it_wrong(fault):
    assert not run(downloaded(FILES[fault]))


@pytest.mark.parametrize("fault", FEEDS)
def test_a_naive_follower_gets_it_wrong(fault):
    assert not run(followed(FEEDS[fault]))
