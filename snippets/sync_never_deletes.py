"""A person's own files lie between those of a sync, and three lists leave sounds out. What is deleted, and on whose word."""

import tempfile
from pathlib import Path

from afterswipe.sync import Sync
from faultlab import SOUND, FaultyTransport, FeedServer, LoopClock, Truth, run

YOURS = ("parts/violin.ly", "files/sound/mix.mp3")  # the person's


def with_sounds(*titles):
    truth = Truth()
    for title in titles:
        truth.add(SOUND, title, 1000)
    return truth


def sync(truth, directory):
    client = FaultyTransport(FeedServer(truth)).client()
    return run(Sync(client, "https://feed.example/", directory, clock=LoopClock()).run())


def case(title, *, damaged=False, empty=False, deleted=False):
    with tempfile.TemporaryDirectory() as place:
        directory, truth = Path(place), with_sounds("Dawn", "Noon")
        sync(truth, directory)
        for name in YOURS:
            (directory / name).write_bytes(b"mine")
        if damaged:
            (directory / "sync.db").write_bytes(b"not a database any more")
        if deleted:
            truth.delete(next(iter(truth.contents)))
        report = sync(with_sounds() if empty else truth, directory)
        yours = sum((directory / name).exists() for name in YOURS)
        sounds = len(list(directory.glob("files/sound/*.mp3"))) - 1
        print(f"{title}: {sounds} of 2 sounds, {yours} of your 2 files are left")
        for problem in report.problems:
            print(f"  {type(problem).__name__}: …{str(problem).rpartition('.mp3,')[2]}")


case("The list is empty, the database is good", empty=True)
case("The list is empty, the database is new", empty=True, damaged=True)
case("The list says that Dawn is deleted", deleted=True)
