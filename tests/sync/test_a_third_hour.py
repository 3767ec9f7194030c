"""What a third stranger tried within an hour: signals at the edges, names that hang, proxies, disks. Each was red before."""

import os
import signal
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Event
from types import SimpleNamespace

import httpx
import pytest

from afterswipe.sync import (
    Disk,
    DiskFull,
    DiskRefused,
    NeedsAuthorization,
    NoRoom,
    Report,
    Stop,
    Sync,
    command,
)
from faultlab.demo.app import application
from faultlab.loop import run
from faultlab.servers.faulty import FaultyServer
from faultlab.servers.server import SOUND, FeedServer
from faultlab.servers.wire import Reply
from guide import ROOT
from guide.hosting import hosted

from .rig import Rig, changed, small_truth

SERVED = "http://feed.example/"

# The shell.


EDGE = """\
import atexit, importlib.abc, os, signal, sys

class Gone:
    def __del__(self):  # an exception in here is printed, and forgotten
        os.kill(os.getpid(), signal.Signals[os.environ["SENT"]])

class Sends(importlib.abc.MetaPathFinder):
    def find_spec(self, name, *_):
        if name == "afterswipe.sync.command" and os.environ["AT"] == "begin":
            Gone()

signal.signal(signal.SIGHUP, signal.SIG_DFL)  # which `nohup make test` has told to ignore it
sys.meta_path.insert(0, Sends())
if os.environ["AT"] == "end":
    atexit.register(Gone)
"""


@pytest.mark.parametrize("at", ["begin", "end"])
@pytest.mark.parametrize("sent", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_at_the_edges_of_a_run_is_no_traceback(tmp_path, at, sent):
    """While Python imported, where one of its own callbacks swallowed it, or ended: -2, -15, -1, or "Exception ignored in"."""
    (tmp_path / "sitecustomize.py").write_text(EDGE)
    paths = os.pathsep.join([str(tmp_path), str(ROOT / "src")])
    done = subprocess.run(
        [sys.executable, "-m", "afterswipe_sync", "http://127.0.0.1:9/", ""],
        env={**os.environ, "PYTHONPATH": paths, "AT": at, "SENT": sent},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == (command.INTERRUPTED if at == "begin" else command.USAGE)
    assert "gnored" not in done.stderr
    assert "Traceback" not in done.stderr


def test_the_end_waits_for_no_name_that_is_looked_up(tmp_path, monkeypatch, capsys):
    """No resolver answers: Ctrl-C said "Stopping" at once, and the process was there for ten seconds more, or thirty."""
    waited, ended = [], Event()

    def hangs(*_, **__):
        os.kill(os.getpid(), signal.SIGINT)
        ended.wait()
        return []

    def shutdown(_self, wait=True, **_):
        waited.append(wait)

    monkeypatch.setattr(socket, "getaddrinfo", hangs)
    monkeypatch.setattr(ThreadPoolExecutor, "shutdown", shutdown)
    try:
        assert command.main([SERVED, str(tmp_path / "here"), "--quiet"]) == command.INTERRUPTED
    finally:
        ended.set()
    assert not any(waited), "for the loop's own threads"


def test_where_no_thread_may_begin_it_ends_as_it_would(tmp_path, monkeypatch, capsys):
    """`ulimit -v 60000`: all was there, and a traceback of asyncio's end, which makes a thread to wait for others."""

    def refuses(_self):
        raise RuntimeError("can't start new thread")

    with hosted(application(FaultyServer(FeedServer(small_truth(1, 500))))) as root:
        monkeypatch.setattr("threading.Thread.start", refuses)
        ended = command.main([root.replace("127.0.0.1", "localhost"), str(tmp_path / "here"), "--quiet"])
        assert ended == command.STOPPED, "it can look no name up"
        assert command.main([root, str(tmp_path / "here"), "--quiet"]) == command.DONE
    assert not capsys.readouterr().err


@pytest.mark.parametrize("address", ["http://proxy.example:99999", "proxy.example:-1", "http://u:p@h:70000"])
def test_a_proxy_whose_port_is_none_is_one_line(tmp_path, monkeypatch, capsys, address):
    """"ExceptionGroup: unhandled errors in a TaskGroup", five times, and "run again when there is a network"."""  # fmt: skip
    monkeypatch.setenv("https_proxy", address)
    with pytest.raises(SystemExit) as stopped:
        command.main([SERVED, str(tmp_path)])
    assert stopped.value.code == command.USAGE
    assert "HTTPS_PROXY" in capsys.readouterr().err


def test_a_proxy_that_wants_credentials_is_not_called_the_server(tmp_path):
    """407 without a tunnel: "the server wants credentials", and --token does not help."""
    rig = Rig(tmp_path / "here", small_truth(1, 500))
    changed(rig, "update-events", lambda *_: Reply(407, {}))
    report = rig.run()
    assert report.why is Stop.NEEDS_AUTHORIZATION
    assert isinstance(report.problems[0], NeedsAuthorization)
    assert "proxy" in str(report.problems[0])
    assert "server" not in str(report)


def test_a_tunnel_for_which_a_proxy_wants_credentials(tmp_path):
    """The same, of an https address: "the server cannot be reached; run again when there is a network"."""  # fmt: skip

    def refuses(request):
        raise httpx.ProxyError("407 Proxy Authentication Required", request=request)

    async def main():
        async with httpx.AsyncClient(transport=httpx.MockTransport(refuses)) as client:
            return await Sync(client, SERVED, tmp_path / "here").run()

    report = run(main())
    assert report.why is Stop.NEEDS_AUTHORIZATION
    assert "ProxyError: 407" in str(report)


# The disk.


def test_a_disk_that_is_full_to_the_last_block_is_one_line(tmp_path, monkeypatch):
    """Its blocks were smaller than a page of memory: SQLite mapped what had no room, and the process was killed (SIGBUS)."""
    rig = Rig(tmp_path / "here", small_truth(1, 500))
    assert rig.run().finished
    with monkeypatch.context() as patch:
        patch.setattr(os, "statvfs", lambda _: SimpleNamespace(f_blocks=1500, f_bavail=24, f_frsize=1024))
        with pytest.raises(DiskFull, match="Free some space"):
            rig.run()
    assert rig.run().finished
    with monkeypatch.context() as patch:  # as a file system says that does not say
        patch.setattr(os, "statvfs", lambda _: SimpleNamespace(f_blocks=0, f_bavail=0, f_frsize=0))
        assert rig.run().finished


def test_the_name_of_a_folder_is_no_command_to_a_terminal(tmp_path, capsys):
    """A line feed and an escape sequence in the directory's name: two lines, and a screen that was wiped."""
    (folder := tmp_path / "a\nb\x1b[2J").write_text("mine")
    assert command.main([SERVED, str(folder), "--quiet"]) == command.DIRECTORY
    said = capsys.readouterr().err
    assert len(said.splitlines()) == 1
    assert r"a\nb\x1b[2J" in said


@pytest.mark.parametrize("extended", [False, True])
def test_where_no_folder_can_be_made_parts_make_room(tmp_path, extended):
    """No inodes were left, since parts had taken them: the folder for the first file could not be made, and each run ended there, with all that would have freed some."""
    rig = Rig(tmp_path / "here", small_truth(), extended=extended)
    for number in range(12):
        rig.truth.add(SOUND, f"more {number}", 500)

    class Few(Disk):
        def full(self):
            if len(list(self.root.rglob("*"))) >= 8:  # the database, its logs, `parts`, and four in it
                raise DiskFull(self.root)

        def _make(self, folder):
            if not folder.is_dir() and folder != self.root:
                self.full()
            super()._make(folder)

        def open_part(self, name):
            if not (self.root / name).exists():
                self.full()
            return super().open_part(name)

    def runs():
        return rig.run(disk=Few(rig.folder), limits={"group_files": 8})

    report = runs()
    assert report.why is Stop.NEEDS_SPACE
    assert rig.held(), "the author has no file"
    for content in [content.id for content in rig.truth.contents.values() if content.file][2:]:
        rig.truth.delete(content)
    for _ in range(2):
        report = runs()
    assert report.finished, str(report)
    assert rig.in_sync()


@pytest.mark.parametrize("extended", [False, True])
@pytest.mark.parametrize("what", ["folder", "link", "file"])
def test_what_is_put_in_the_place_of_a_part_gets_no_name_of_ours(tmp_path, extended, what):
    """A person's folder was moved, with all that was in it, to where the sound belonged: "everything is here"."""
    rig = Rig(tmp_path / "here", small_truth(2, 500), extended=extended)
    (mine := tmp_path / "mine").mkdir()
    (mine / "notes").write_text("mine")
    put = []

    def observe(name, detail):
        if name == "rename" and not put:
            (part,) = [part for part in rig.parts() if part.stem.split(".")[1] in detail]
            part.unlink()
            make = {
                "folder": mine.rename,
                "link": lambda to: to.symlink_to(mine),
                "file": lambda to: to.write_text("x"),
            }
            put.append(part)
            make[what](part)

    report = rig.run(observe=observe)
    assert not report.finished
    assert len(rig.held()) == 2, "the author, and the other sound"
    assert len(list((rig.folder / "files").rglob("*.mp3"))) == 1
    if what == "folder":
        assert (put[0] / "notes").read_text() == "mine"
        put[0].rename(mine)
    assert rig.run().finished
    assert rig.in_sync()
    assert (mine / "notes").read_text() == "mine"


@pytest.mark.parametrize("extended", [False, True])
def test_a_part_that_somebody_cuts_is_that_content_s_trouble(tmp_path, extended):
    """A cleaner cut what grew: the run ended with "let one process at a time sync here", and the others did not come."""
    rig = Rig(tmp_path / "here", small_truth(3, 40_000), extended=extended)
    cut = []

    def observe(name, detail):
        part = rig.folder / detail
        if name == "append" and not cut and part.stat().st_size:
            cut.append(os.truncate(part, 1))

    changed(rig, ".mp3", lambda _, reply: replace(reply, piece=9_000))
    report = rig.run(observe=observe)
    assert report.why is Stop.INCOMPLETE
    assert [type(problem) for problem in report.problems] == [DiskRefused]
    assert len(rig.held()) == 3, "the author, and the other sounds"
    assert rig.run().finished
    assert rig.in_sync()


def test_a_directory_that_goes_at_the_very_end_is_not_made_anew(tmp_path, monkeypatch, capsys):
    """It was moved away when the run had just ended: "everything is here", 0 files, and an empty directory in its place."""
    run_it, here = Sync.run, tmp_path / "here"

    async def runs(self, *how):
        report = await run_it(self, *how)
        here.rename(tmp_path / "away")
        return report

    monkeypatch.setattr(Sync, "run", runs)
    with hosted(application(FaultyServer(FeedServer(small_truth(1, 500))))) as root:
        assert command.main([root, str(here), "--quiet"]) == command.DIRECTORY
    assert "was removed or replaced" in capsys.readouterr().err
    assert not here.exists()


def test_where_the_disk_is_full_no_list_of_problems_takes_more(tmp_path, monkeypatch, capsys):
    """It took the last inode: no run could open its database any more. Where it could not be written, it was named all the same."""

    async def full(*_):
        return Report(Stop.NEEDS_SPACE, problems=[NoRoom(f"sound/{number}", "none") for number in range(12)])

    monkeypatch.setattr(Sync, "run", full)
    (tmp_path / command._LIST).write_text(f"{command._LIST}\nof the run before")
    assert command.main([SERVED, str(tmp_path), "--quiet"]) == command.DIRECTORY
    said = capsys.readouterr().out
    assert "2 more (12 NoRoom in all): no list of them is written" in said
    assert not (tmp_path / command._LIST).exists()


def test_an_output_that_nobody_takes_holds_no_end_up(tmp_path, monkeypatch):
    """Ctrl-S in a terminal, or a reader that stands still: the words "Stopping" waited to be taken, and no signal ended it any more but SIGKILL."""

    class Stuck:
        def write(self, _text):
            assert timers, "nothing would end this"
            signal.raise_signal(signal.SIGALRM)  # as the system does after so many seconds

        def flush(self):
            """There is nothing to take."""

    def answer(_, reply):
        os.kill(os.getpid(), signal.SIGTERM)
        return reply

    timers, rig = [], Rig(tmp_path / "there", small_truth(1, 500))
    changed(rig, "/v3/sound", answer)
    monkeypatch.setattr(command, "_alarm", timers.append)
    monkeypatch.setattr(sys, "stderr", Stuck())
    with hosted(application(FaultyServer(rig.honest))) as root, pytest.raises(SystemExit) as ended:
        command.main([root, str(tmp_path / "here"), "--quiet"])
    assert ended.value.code == command.INTERRUPTED
    assert timers[0] > 1, "it has time to end in good order"
