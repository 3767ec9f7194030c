"""Between two runs somebody changes the directory. Which of four changes the next run sees, and what looking costs."""

import tempfile
from pathlib import Path

from afterswipe.sync import ForeignDatabase, Sync
from faultlab import SOUND, FaultyTransport, FeedServer, LoopClock, Truth, run

truth = Truth()
for number in range(5):
    truth.add(SOUND, f"sound {number}", 1000)


def sync(directory):
    client = FaultyTransport(FeedServer(truth)).client()
    return run(Sync(client, "https://feed.example/", directory, clock=LoopClock()).run())


def deleted(path):
    path.unlink()


def cut(path):
    path.write_bytes(path.read_bytes()[:500])


def flipped(path):
    path.write_bytes(b"!" + path.read_bytes()[1:])


def foreign(path):
    database = path.parents[2] / "sync.db"
    database.write_bytes(database.read_bytes().replace(b"AfSw", b"Them", 1))


for change in (None, deleted, cut, flipped, foreign):
    with tempfile.TemporaryDirectory() as directory:
        sync(directory)
        path = sorted(Path(directory).glob("files/sound/*.mp3"))[0]
        if change:
            change(path)
        try:
            report = sync(directory)
        except ForeignDatabase as refusal:
            print(f"{change.__name__}: refused. {refusal}")
            continue
        print(
            f"{change.__name__ if change else 'nothing'}: {report.requests} requests, {report.bytes_fetched} bytes"
        )
