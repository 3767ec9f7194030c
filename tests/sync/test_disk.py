"""The real disk: nothing outside the directory, no links, and the system's errors by our names."""

import asyncio
import errno
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from afterswipe.sync import (
    AnotherProcess,
    Disk,
    DiskFault,
    DiskFull,
    ReadOnlyDirectory,
    StoreError,
    UnsafePath,
)
from afterswipe.sync.store.disk import same_machine, this_process
from faultlab.loop import run

PART, FINAL = "parts/sound.a.part", "files/sound/a.mp3"


@pytest.fixture
def disk(tmp_path):
    made = Disk(tmp_path / "here")
    yield made
    made.close()


def write(disk: Disk, data: bytes, name: str = PART) -> None:
    disk.open_part(name)
    disk.append(name, data)


def test_a_file_s_way(disk):
    assert disk.size(PART) is None
    assert disk.open_part(PART) == 0
    disk.append(PART, b"0123456789")
    disk.truncate(PART, 4)
    disk.append(PART, b"abc")
    disk.fsync(PART)
    assert b"".join(disk.read(PART)) == b"0123abc"
    disk.rename(PART, FINAL)
    disk.fsync_directory("files/sound")
    assert dict(disk.sizes("parts")) == {}
    assert dict(disk.sizes("files/sound")) == {FINAL: 7}
    assert disk.size(FINAL) == 7
    disk.unlink(FINAL)
    disk.unlink(FINAL)
    assert disk.size(FINAL) is None
    assert disk.free() > 0


def test_a_part_is_found_again(disk, tmp_path):
    write(disk, b"abc")
    other = Disk(tmp_path / "here")
    assert other.open_part(PART) == 3
    other.append(PART, b"d")
    other.close()
    assert disk.size(PART) == 4


@pytest.mark.parametrize(
    "name",
    [
        "../x", "/etc/passwd", "parts/../x", "parts/..", "parts/.", "parts/", "x", "parts/a/b", "files/x",
        "files/sound/A", "files/sound/a\0", "files/sound/" + "a" * 200, "C:x", "parts/a\n",
    ],
)  # fmt: skip
def test_f49_no_other_names_than_ours(disk, name):
    for method in (disk.open_part, disk.size, disk.unlink):
        with pytest.raises(AssertionError):
            method(name)


@pytest.mark.skipif(not hasattr(os, "O_NOFOLLOW"), reason="no O_NOFOLLOW here")
def test_f50_a_link_is_refused_and_its_target_stays_as_it_is(disk, tmp_path):
    target = tmp_path / "target"
    target.write_bytes(b"mine")
    (tmp_path / "here/parts").mkdir(parents=True)
    (tmp_path / "here" / PART).symlink_to(target)
    with pytest.raises(UnsafePath, match="Remove"):
        disk.open_part(PART)
    with pytest.raises(UnsafePath):
        disk.size(PART)
    with pytest.raises(UnsafePath):
        list(disk.read(PART))
    disk.unlink(PART)
    assert target.read_bytes() == b"mine"


@pytest.mark.parametrize("link", ["parts", "files", "files/sound"])
def test_f50_a_folder_that_is_a_link(disk, tmp_path, link):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    at = tmp_path / "here" / link
    at.parent.mkdir(parents=True, exist_ok=True)
    at.symlink_to(elsewhere)
    name = PART if link == "parts" else FINAL
    for method in (disk.open_part, disk.size, disk.unlink):
        with pytest.raises(UnsafePath):
            method(name)
    assert list(elsewhere.iterdir()) == []


def test_f50_a_database_that_is_a_link(disk, tmp_path):
    (tmp_path / "here").mkdir()
    (tmp_path / "here/sync.db").symlink_to(tmp_path / "target")
    with pytest.raises(UnsafePath):
        disk.database()
    assert not (tmp_path / "target").exists()


def test_a_folder_where_a_file_should_be(disk, tmp_path):
    (tmp_path / "here" / PART).mkdir(parents=True)
    with pytest.raises(UnsafePath):
        disk.open_part(PART)
    with pytest.raises(UnsafePath):
        disk.size(PART)


def test_f47_two_writers_of_one_part(disk, tmp_path):
    """Should the lease ever fail, the second writer notices at its next write."""
    write(disk, b"abc")
    other = Disk(tmp_path / "here")
    write(other, b"def")
    other.close()
    with pytest.raises(AnotherProcess):
        disk.append(PART, b"x")


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (errno.ENOSPC, DiskFull),
        (errno.EDQUOT, DiskFull),
        (errno.EACCES, ReadOnlyDirectory),
        (errno.EROFS, ReadOnlyDirectory),
        (errno.ELOOP, UnsafePath),
        (errno.EIO, DiskFault),
        (errno.EMFILE, StoreError),
    ],
)
def test_the_system_s_errors(disk, monkeypatch, number, kind):
    write(disk, b"abc")

    def fail(*_):
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patch:
        patch.setattr("afterswipe.sync.store.disk.os.write", fail)
        with pytest.raises(kind) as caught:
            disk.append(PART, b"x")
    assert type(caught.value) is kind
    assert PART in str(caught.value)


def test_a_write_that_takes_only_a_part_of_it(disk, monkeypatch):
    real = os.write
    with monkeypatch.context() as patch:
        patch.setattr("afterswipe.sync.store.disk.os.write", lambda fd, data: real(fd, bytes(data)[:2]))
        write(disk, b"abcde")
    assert b"".join(disk.read(PART)) == b"abcde"


def test_a_new_folder_s_name_is_made_durable_too(disk, monkeypatch):
    synced = []
    real = os.fsync
    monkeypatch.setattr(
        "afterswipe.sync.store.disk.os.fsync",
        lambda fd: (synced.append(str(Path(f"/proc/self/fd/{fd}").readlink())), real(fd)),
    )
    write(disk, b"x", FINAL)
    assert [path.rpartition("/")[2] for path in synced[-2:]] == ["here", "files"]


def test_the_lock_is_the_process_s_and_ends_with_it(disk):
    disk.root.mkdir(exist_ok=True)
    holder = subprocess.Popen(
        [sys.executable, "-c", (
            "import sys; from afterswipe.sync.store.disk import Disk, this_process; disk = Disk(sys.argv[1]);"
            "print(disk.alone(), this_process(7), flush=True); sys.stdin.read()"
        ), str(disk.root)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    with holder:
        alone, owner = holder.stdout.readline().split()
        assert alone == "True"
        assert not disk.alone()
        holder.kill()
    assert same_machine(owner)
    assert disk.alone()
    assert not disk.alone(), "whoever shares this object is not alone"


def test_another_machine_s_owners_say_nothing():
    assert same_machine(this_process(5))
    for odd in ("app", "", "a/b", this_process(5) + "0"):
        assert not same_machine(odd)


async def _ahead(disk, *names):
    began = disk.fsync_ahead(list(names))
    if began is not None:
        await began
    return began is not None


def test_bytes_are_synced_ahead_in_a_thread_and_fsync_says_how_it_went(disk, monkeypatch):
    """Once for each file, all on their way before the first is waited for; what was written since counts anew."""
    done, lost, other = [], [], "parts/sound.b.part"
    write(disk, b"abc")
    write(disk, b"abc", other)

    def advice(descriptor, *_of):
        done.append(("on its way", descriptor))
        raise OSError(errno.ENOSYS, "no advice here")

    def fsync(descriptor):
        done.append(("synced", descriptor))
        if lost:
            raise lost.pop()

    monkeypatch.setattr("afterswipe.sync.store.disk.os.posix_fadvise", advice, raising=False)
    monkeypatch.setattr("afterswipe.sync.store.disk.os.POSIX_FADV_DONTNEED", 4, raising=False)
    monkeypatch.setattr("afterswipe.sync.store.disk.os.fsync", fsync)
    assert not asyncio.run(_ahead(disk, "parts/sound.c.part")), "it is not open"
    assert asyncio.run(_ahead(disk, PART, other))
    assert [what for what, _ in done] == ["on its way"] * 2 + ["synced"] * 2
    assert not asyncio.run(_ahead(disk, PART, other)), "both are synced"
    disk.fsync(PART)
    disk.fsync(other)
    assert len(done) == 4
    for change in (lambda: disk.append(PART, b"d"), lambda: disk.truncate(PART, 1)):
        asyncio.run(_ahead(disk, PART))
        change()
        done.clear()
        disk.fsync(PART)
        assert [what for what, _ in done] == ["synced"], "it is another file now"
    monkeypatch.delattr("afterswipe.sync.store.disk.os.posix_fadvise")
    lost.append(OSError(errno.EIO, "lost"))
    assert asyncio.run(_ahead(disk, PART)), "a system without advice"
    with pytest.raises(DiskFault, match="lost"):
        disk.fsync(PART)


def test_where_nothing_can_be_synced_ahead_fsync_does_it(disk, monkeypatch):
    synced = []
    write(disk, b"abc")
    monkeypatch.setattr("afterswipe.sync.store.disk.os.fsync", synced.append)
    assert disk.fsync_ahead([PART]) is None, "no loop runs"
    disk.fsync(PART)
    assert len(synced) == 1
    run(_none_ahead(disk))
    disk.fsync(PART)
    assert len(synced) == 2

    def full(*_of):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(disk._threads, "submit", full)
    asyncio.run(_none_ahead(disk))
    disk.fsync(PART)
    assert len(synced) == 3


async def _none_ahead(disk):
    assert disk.fsync_ahead([PART]) is None


def test_fsync_waits_for_what_was_begun_ahead(disk, monkeypatch):
    """Also where nobody waits for it any more, as when a run is ended: its descriptor is not closed before."""
    begun, go_on, synced = threading.Event(), threading.Event(), []

    def fsync(descriptor):
        begun.set()
        assert go_on.wait(60)
        synced.append(descriptor)

    async def main():
        disk.fsync_ahead([PART])
        assert begun.wait(60)
        threading.Timer(0, go_on.set).start()
        disk.fsync(PART)
        assert len(synced) == 1

    write(disk, b"abc")
    monkeypatch.setattr("afterswipe.sync.store.disk.os.fsync", fsync)
    asyncio.run(main())
