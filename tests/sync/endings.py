"""What a sync ended with, read from its directory or disk without the engine, in the oracle's form."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

from faultlab.disks.sim_disk import Durable

MEDIA = {"sound": 0, "author": 1, "song": 2, "music-genre": 3}


def _contents(database: sqlite3.Connection, files: dict[str, bytes]):
    """The oracle's form, and with it the check that there is nothing else."""
    names = dict(database.execute("SELECT key, name FROM files"))
    assert sorted(files) == sorted(names.values())
    assert database.execute("SELECT count(*) FROM events").fetchone() == (0,)
    contents = {}
    for key, data in database.execute("SELECT key, data FROM entities WHERE NOT deleted"):
        kind, content_id = key.split("/")
        file = files[names[key]] if key in names else None
        contents[content_id] = (MEDIA[kind], json.loads(data), file)
    assert len(names) == sum(file is not None for _, _, file in contents.values())
    return contents


def on_disk(directory: Path):
    """What is in a real directory."""
    files = {
        path.relative_to(directory).as_posix(): path.read_bytes()
        for path in sorted(directory.rglob("*"))
        if path.is_file() and not path.name.startswith("sync.db")
    }
    with closing(sqlite3.connect(directory / "sync.db")) as database:
        return _contents(database, files)


def on_simulated(disk: Durable):
    """What is on a simulated disk."""
    return _contents(disk.database(), dict(disk.files))
