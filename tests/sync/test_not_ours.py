"""What stands in the directory and is somebody else's: no run changes it, and what is set aside is said. Each was red before."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from afterswipe.sync import CorruptDatabase, Disk, ForeignDatabase, Sync

from .rig import BASE, Rig, small_truth

ROWS = "BEGIN; CREATE TABLE diary (day TEXT); INSERT INTO diary VALUES ('monday'); COMMIT;"


def killed(folder: Path, *statements: str, mark: bool = False) -> dict[str, bytes]:
    """What another program leaves that was killed between its statements: its database, and what is not in it yet."""
    folder.mkdir()
    script = "import os, sqlite3, sys; d = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
    script += "[d.executescript(s) for s in sys.argv[2:]]; os.kill(os.getpid(), 9)"
    marked = ["PRAGMA application_id = 42"] if mark else []
    subprocess.run([sys.executable, "-c", script, folder / "sync.db", *marked, *statements], check=False)
    return contents(folder)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if not path.name.endswith("-shm")}


MANY = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 20000)"
LARGE = "PRAGMA cache_size = 10", f"BEGIN; {MANY} INSERT INTO diary SELECT hex(x) FROM n"  # begun in the file


@pytest.mark.parametrize("mark", [False, True], ids=["no mark", "its mark"])
@pytest.mark.parametrize(
    "statements",
    [
        ("PRAGMA journal_mode = WAL", ROWS),
        (ROWS, "PRAGMA journal_mode = WAL", "INSERT INTO diary VALUES ('tuesday')"),
        (ROWS, "PRAGMA user_version = 3", "PRAGMA journal_mode = WAL", "INSERT INTO diary VALUES ('tuesday')"),
        (ROWS, *LARGE),
    ],
    ids=["all of it in its log", "a part of it in its log", "a version of its own", "in the middle of a transaction"],
)  # fmt: skip
def test_another_program_s_database_is_not_recovered_for_it(tmp_path, statements, mark):
    """It was refused, and before that SQLite had rolled it back, or its log into it, and deleted that."""
    before = killed(tmp_path / "here", *statements, mark=mark)
    assert len(before) == 2
    with pytest.raises(ForeignDatabase):
        Rig(tmp_path / "here").run()
    with pytest.raises(ForeignDatabase):
        Sync(None, BASE, tmp_path / "here").state()
    assert contents(tmp_path / "here") == before


def test_what_somebody_calls_as_the_log_of_a_database_stays_beside_another_program_s(tmp_path):
    before = killed(tmp_path / "here", ROWS)
    (tmp_path / "here/sync.db-journal").write_text("my diary")
    with pytest.raises(ForeignDatabase):
        Rig(tmp_path / "here").run()
    assert contents(tmp_path / "here") == before | {"sync.db-journal": b"my diary"}


@pytest.mark.parametrize("end", ["-wal", "-shm", "-journal"])
def test_a_log_without_its_database_is_set_aside(tmp_path, end):
    """SQLite deletes it: "my diary" was gone without a word."""
    rig = Rig(tmp_path / "here")
    rig.folder.mkdir()
    (rig.folder / f"sync.db{end}").write_text("my diary")
    report = rig.run()
    assert report.finished
    assert rig.in_sync()
    assert (rig.folder / f"sync.db.damaged{end}").read_text() == "my diary"
    assert f"as sync.db.damaged{end};" in str(report)


@pytest.mark.parametrize("mine", ["1", "my own notes", "mine" * 1000], ids=len)
@pytest.mark.parametrize("looked", [False, True], ids=["", "somebody looked first"])
def test_what_is_set_aside_is_said_once(tmp_path, looked, mine):
    """A person's text of the name `sync.db` was put away, and nobody was told where it is. One of one letter was written over."""
    rig = Rig(tmp_path / "here", small_truth(1, 500))
    rig.folder.mkdir()
    (rig.folder / "sync.db").write_text(mine)
    disk = Disk(rig.folder)
    if looked:
        Sync(None, BASE, disk).state()
    report = rig.run(disk=disk)
    assert report.finished
    assert [type(problem) for problem in report.problems] == [CorruptDatabase]
    assert "sync.db.damaged" in str(report)
    assert rig.run(disk=disk).problems == []
    assert (rig.folder / "sync.db.damaged").read_text() == mine


def test_our_own_database_is_opened_whatever_is_in_its_log(tmp_path):
    """The other way round: a run that was killed before its first tables were in the file."""
    rig = Rig(tmp_path / "here", small_truth(1, 500))
    assert rig.run().finished
    with closing(sqlite3.connect(rig.folder / "sync.db")) as ours:
        ours.execute("PRAGMA journal_mode = WAL")
        ours.execute("UPDATE meta SET clean = 0")
        ours.commit()
        copied = tmp_path / "copied"
        copied.mkdir()
        for path in rig.folder.glob("sync.db*"):
            (copied / path.name).write_bytes(path.read_bytes())
    assert (copied / "sync.db-wal").stat().st_size
    assert Sync(None, BASE, copied).state().contents == 2
