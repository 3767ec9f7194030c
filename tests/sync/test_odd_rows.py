"""A database whose rows make no sense: somebody wrote there, or a disk lost bits. It is built anew, and nothing is left out."""

import shutil
import sqlite3
from contextlib import closing, suppress
from dataclasses import replace
from itertools import cycle

import pytest

from afterswipe.sync import CorruptDatabase, Sync
from afterswipe.sync.store import schema

from .rig import BASE, SOUND, Rig, changed, execute, small_truth

TABLES = ("meta", "events", "entities", "files", "transfers", "done", "spelled", "strays")


def columns():
    with closing(sqlite3.connect(":memory:")) as database:
        schema.migrate(database, 0)
        return [(t, row[1]) for t in TABLES for row in database.execute(f"PRAGMA table_info({t})")]


@pytest.fixture
def half(tmp_path):
    """Some files are here, one was begun, one and its entity are still to come; and something of each table."""
    rig = Rig(tmp_path / "here", small_truth(2, 500))
    assert rig.run().finished
    rig.truth.replace(rig.truth.add(SOUND, "new", 700))
    answer = rig.honest.answer
    rig.honest.answer = lambda request: (
        reply.cut(200, reply.ending.SHORT) if (reply := answer(request)) and ".mp3" in request.path else reply
    )
    rig.run()
    rig.honest.answer = answer
    damage(rig, "INSERT INTO strays VALUES ('x')", "INSERT INTO done VALUES ('x', 'y', 0)")
    damage(rig, "INSERT INTO spelled SELECT key, upper(content) FROM events LIMIT 1")
    return rig


def damage(rig, *statements):
    execute(rig.folder, "PRAGMA ignore_check_constraints = 1", *statements)


def test_lost_bits_where_the_tables_are_described(half):
    """Red before: a type that is no text any more (`INTE\\xffER`) was a traceback."""
    database = half.folder / "sync.db"
    whole = database.read_bytes()
    described = [place for place in range(100, 4096, 41) if whole[place]]
    assert len(described) > 20
    for place in [whole.index(b"INTEGER") + 4, *described]:
        database.write_bytes(whole[:place] + b"\xff" + whole[place + 1 :])
        assert half.run().finished
        assert half.in_sync()


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        (*column, value)
        for column, value in zip(columns(), cycle(["'late'", "x'ff00'", "9e999"]), strict=False)
    ],
)
def test_a_value_of_another_kind(half, table, column, value):
    """Red before: in `version`, `cursor_version`, `size` or `sha256` it was a traceback, and in a key a file less and no word of it."""
    with suppress(sqlite3.IntegrityError):  # some are not taken
        damage(half, f"UPDATE {table} SET {column} = {value}")
    with suppress(CorruptDatabase):
        Sync(None, BASE, half.folder).state()
        Sync(None, BASE, half.folder).pending_files()
    assert half.run().finished
    assert half.in_sync()


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM files",
        "UPDATE files SET key = 'sound/' || key",
        "UPDATE files SET name = replace(name, '.mp3', '.mp4')",
        "UPDATE files SET size = 7",
        "UPDATE entities SET deleted = 1",
        "UPDATE entities SET data = 'late'",
        "UPDATE entities SET key = 'x' || key",
        "UPDATE events SET shadow = 2",
        "UPDATE events SET version = version + 1",
        "UPDATE events SET size = -9",
        "UPDATE spelled SET content = 'x'",
        "UPDATE meta SET cursor = hex(zeroblob(1000000))",
    ],
)
def test_rows_that_contradict_each_other(half, statement):
    """Red before: "everything is here" with a file less, or pending for ever."""
    damage(half, statement)
    assert half.run().finished
    assert half.in_sync()


def test_what_a_viewer_leaves_is_no_damage(half):
    """Statistics, and a table of somebody's own."""
    damage(half, "ANALYZE", "CREATE TABLE notes (text INTEGER)", "INSERT INTO notes VALUES ('mine')")
    assert half.run().finished
    assert not list(half.folder.glob("*.damaged*"))


def test_a_bit_that_moved_a_plain_cursor_is_noticed(tmp_path):
    """2026 became 2826: an empty list, "everything is here", and so for each run to come."""
    rig = Rig(tmp_path / "here", small_truth(2, 500), extended=False)
    assert rig.run().finished
    damage(rig, "UPDATE meta SET cursor = '2826' || substr(cursor, 5)")
    rig.truth.add(SOUND, "new", 300)
    changed(
        rig, "/update-events/2826", lambda _, reply: replace(reply, body=b"[]").having(content_length="2")
    )
    assert rig.run().finished
    assert rig.in_sync()


@pytest.mark.parametrize(
    "newest",
    ["2026-08-31T00:00:59.999600Z", "2026-08-31T00:00:59.9999999Z", "2026-08-31T01:59:59.9996+02:00", "1969-12-31T23:59:59.5Z", "0001-01-01T00:00:00Z"],
)  # fmt: skip
def test_a_cursor_whose_fraction_is_rounded_is_no_damage(tmp_path, newest):
    """SQLite rounds to milliseconds: one newest event in 2,000 let each start take the database for damaged, and everything was fetched again."""
    rig = Rig(tmp_path / "here", small_truth(3, 500), extended=False)
    for event in rig.truth.events:
        event["date_time"] = newest
    assert rig.run().finished
    for _ in range(2):
        assert rig.run().finished
        assert rig.fetched() == 0
    assert not list(rig.folder.glob("*.damaged"))


@pytest.mark.parametrize("extended", [False, True], ids=["plain", "extended"])
@pytest.mark.parametrize("change", ["add", "rename"])
def test_a_log_that_is_replayed_on_an_older_database_is_damage(tmp_path, extended, change):
    """A backup was copied back over a directory whose last run had been killed: its log stayed, and was replayed on it. Contents were gone for good, "everything is here"."""
    rig = Rig(tmp_path / "here", small_truth(3, 50), extended=extended)
    assert rig.run().finished
    backup = (rig.folder / "sync.db").read_bytes()
    if change == "add":
        rig.truth.add(SOUND, "later", 50)
    else:
        rig.truth.rename(list(rig.truth.contents)[1], "another name")
    assert rig.run().finished
    rig.truth.add(SOUND, "the last", 50)

    left = Rig(tmp_path / "left", rig.truth, extended=extended)

    def killed(name, detail):  # as it is on the disk when the run is
        if (name, detail) == ("commit", "finish"):
            shutil.copytree(rig.folder, left.folder)

    assert rig.run(observe=killed).finished
    assert (left.folder / "sync.db-wal").stat().st_size
    (left.folder / "sync.db").write_bytes(backup)
    assert left.run().finished
    assert left.in_sync()
