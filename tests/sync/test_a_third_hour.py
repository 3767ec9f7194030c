"""What a third stranger tried within an hour: signals at the edges, names that hang, proxies, disks. Each was red before."""

import os
import signal
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from types import SimpleNamespace

import pytest

from afterswipe.sync import DiskFull, NeedsAuthorization, Stop, command
from faultlab.servers.wire import Reply
from guide import ROOT

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
