"""The command against the demo server: exit codes, the table, Ctrl-C, and every fault switched on."""

import importlib
import io
import os
import signal
import socket
import subprocess
import sys
import threading
import tomllib
from dataclasses import replace
from hashlib import sha256

import pytest

from afterswipe.sync import Disk, ReadOnlyDirectory, command
from faultlab.demo.app import application, generated
from faultlab.servers.faulty import INJECTIONS, Fault, FaultyServer, When
from faultlab.servers.server import FeedServer, Truth
from faultlab.servers.wire import Reply
from guide import ROOT
from guide.hosting import hosted

IMPATIENT = [
    f"--limit={name}"
    for name in (
        "read_seconds=0.5",
        "rate_seconds=0.5",
        "minimum_rate=100000",
        "backoff_base=0.01",
        "backoff_cap=0.5",
    )
]
"""So that a test does not wait as long as a person would."""


@pytest.fixture
def truth() -> Truth:
    return generated(4, 60_000)


def files_of(directory) -> set[str]:
    """The digests of all files that have a final name."""
    return {
        sha256(path.read_bytes()).hexdigest() for path in (directory / "files").rglob("*") if path.is_file()
    }


def digests(truth: Truth) -> set[str]:
    return {
        sha256(content.file).hexdigest() for content in truth.contents.values() if content.file is not None
    }


def serving(truth, *faults, **options):
    return hosted(application(FaultyServer(FeedServer(truth, **options), faults)))


def test_it_syncs_and_a_second_run_gets_nothing_again(truth, tmp_path, capsys):
    with serving(truth) as root:
        assert command.main([root, str(tmp_path), "--quiet"]) == command.DONE
        assert "Ended: everything is here." in capsys.readouterr().out
        assert command.main([root, str(tmp_path), "--quiet"]) == command.DONE
        assert "in 1 requests" in capsys.readouterr().out
    assert files_of(tmp_path) == digests(truth)


@pytest.mark.parametrize(
    ("extended", "when"), [(True, When.FROM), (False, When.ONCE)], ids=["extended, always", "plain, once"]
)
@pytest.mark.parametrize("name", sorted(INJECTIONS))
def test_with_any_fault_it_ends_correct_or_says_why_not(name, extended, when, truth, tmp_path, capsys):
    """What has a final name is right by the truth as it is at the end, or the command says what is wrong."""
    directory = tmp_path / "here"
    # The first file is cut in its middle, so that there is a rest to ask for.
    server = FaultyServer(FeedServer(truth, extended=extended), [Fault("F11"), Fault(name, when=when)])
    # What is always there goes on, and F51 drips for long; else a busy machine has time.
    seconds = 4 if extended or name == "F51" else 60
    with hosted(application(server)) as root:
        code = command.main([root, str(directory), "--quiet", f"--seconds={seconds}", *IMPATIENT])
    said = capsys.readouterr().out
    assert server.happened[name]
    if code == command.DONE:
        if (
            extended and name != "F18"
        ):  # a server that says it has nothing is believed, where there is nothing to lose
            assert files_of(directory) == digests(truth), said
    else:
        assert "Ended: " in said
        assert "everything is here" not in said
    assert list(tmp_path.iterdir()) == [directory], "nothing is written outside"


@pytest.mark.parametrize(
    ("name", "code"),
    [("F17", command.STOPPED), ("F34", command.FEED), ("F23", command.SIGN_IN), ("F22", command.STOPPED)],
)
def test_a_fault_that_stays_has_its_exit_code(name, code, truth, tmp_path, capsys):
    arg = "3600" if name == "F22" else ""
    with serving(truth, Fault(name, when=When.FROM, arg=arg)) as root:
        assert command.main([root, str(tmp_path), "--quiet", *IMPATIENT]) == code
    assert "- " in capsys.readouterr().out, "the problem is named"


def test_a_token_is_sent(truth, tmp_path, capsys):
    with serving(truth, token="secret") as root:
        assert command.main([root, str(tmp_path), "--quiet"]) == command.SIGN_IN
        assert command.main([root, str(tmp_path), "--quiet", "--token=secret"]) == command.DONE


def test_nobody_there(tmp_path, capsys):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/"
    assert command.main([url, str(tmp_path), "--quiet", *IMPATIENT]) == command.STOPPED
    assert "the server cannot be reached" in capsys.readouterr().out


def test_a_directory_that_cannot_be_one(tmp_path, capsys, truth):
    (tmp_path / "file").write_text("mine")
    with serving(truth) as root:
        assert command.main([root, str(tmp_path / "file"), "--quiet"]) == command.DIRECTORY
    assert (tmp_path / "file").read_text() == "mine"
    assert capsys.readouterr().err.strip()


@pytest.mark.parametrize(
    ("kind", "body", "code", "words"),
    [
        (b"text/html", b"<!doctype html><title>Hello</title>", command.STOPPED, "CaptivePortal"),
        (b"application/json", b'{"message": "hello"}', command.FEED, "NotAFeed"),
    ],
)
def test_an_address_that_is_no_feed(kind, body, code, words, tmp_path, capsys):
    async def page(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", kind)]})
        await send({"type": "http.response.body", "body": body})

    with hosted(page) as root:
        assert command.main([root, str(tmp_path), "--quiet", *IMPATIENT]) == code
    assert words in capsys.readouterr().out
    assert files_of(tmp_path) == set()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["ftp://here/", "x"], "no address of a feed"),
        (["here", "x"], "no address of a feed"),
        (["http://here/", "x", "--seconds=0"], "no number above 0"),
        (["http://here/", "x", "--limit=speed=3"], "no limit 'speed'"),
        (["http://here/", "x", "--limit=attempts=1.5"], "no whole number"),
        (["http://here/"], "directory"),
    ],
)
def test_a_command_line_that_cannot_be_right(arguments, words, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as stopped:
        command.main(arguments)
    assert stopped.value.code == command.USAGE
    assert words in capsys.readouterr().err
    assert not list(tmp_path.iterdir()), "nothing was made"


def test_help_explains_the_exit_codes(capsys):
    with pytest.raises(SystemExit):
        command.main(["--help"])
    words = capsys.readouterr().out
    for code in (0, 1, 2, 3, 4, 5, 130):
        assert f"\n  {code} " in words


def test_without_rich_the_same_is_said_in_plain_lines(truth, tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "rich", None)
    with serving(truth) as root:
        assert command.main([root, str(tmp_path)]) == command.DONE
    out, err = capsys.readouterr()
    assert "getting files: 4 of 4 files" in err
    assert "files                    0          4" in out


def test_the_bar_is_shown(truth, tmp_path, capsys):
    with serving(truth) as root:
        assert command.main([root, str(tmp_path)]) == command.DONE
    assert "done: 4 of 4 files" in capsys.readouterr().err


class SlowServer(FaultyServer):
    """Files come so slowly that there is time for Ctrl-C."""

    pace = 0.2
    """Seconds for a piece."""

    def answer(self, request):
        reply = super().answer(request)
        return replace(reply, piece=2000, pace=self.pace) if request.path.endswith(".mp3") else reply


def test_ctrl_c_keeps_what_is_there_and_the_next_run_ends_it(tmp_path, capsys):
    truth = generated(3, 400_000)
    server = SlowServer(FeedServer(truth))
    with hosted(application(server)) as root:
        process = subprocess.Popen(
            [sys.executable, "-m", "afterswipe_sync", root, str(tmp_path)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        parts = tmp_path / "parts"
        while not any(path.stat().st_size for path in (parts.iterdir() if parts.is_dir() else ())):
            assert process.poll() is None, process.communicate()
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate()
        server.pace = 0
        kept = sum(path.stat().st_size for path in parts.iterdir())
        server.log.clear()
        assert command.main([root, str(tmp_path), "--quiet"]) == command.DONE
    assert process.returncode == command.INTERRUPTED
    assert "it was asked to stop" in out
    assert files_of(tmp_path) == digests(truth)
    rest = [request.start for request, _ in server.log if request.start]
    assert sum(rest) == kept, "what was kept is not fetched again"


# What cannot be right, and Ctrl-C.


@pytest.mark.parametrize(
    ("arguments", "variables", "code", "words"),
    [
        (["http://a b/", "x"], {}, command.USAGE, "address"),
        (["http://[::1/", "x"], {}, command.USAGE, "address"),
        (["http://ann:s3cret@/", "x"], {}, command.USAGE, "address"),
        (["http://h:99999/", "x"], {}, command.USAGE, "address"),
        (["http://xn--/", "x"], {}, command.USAGE, "address"),  # red before: a traceback
        (["{root}?key=1", "x"], {}, command.USAGE, "no ? or #"),  # red before: each request was for the root
        (["{root}#top", "x"], {}, command.USAGE, "no ? or #"),
        (["{root}", "x", "--token=ö"], {}, command.USAGE, "--token"),
        (["{root}", "x", "--token=a\nb"], {}, command.USAGE, "--token"),
        (["{root}", "x"], {"ALL_PROXY": "socks5://h:1"}, command.USAGE, "ALL_PROXY"),
        (["{root}", "x"], {"ALL_PROXY": "nonsense://h"}, command.USAGE, "ALL_PROXY"),
        (["{root}", "x"], {"SSL_CERT_FILE": "no/such/file"}, command.USAGE, "SSL_CERT_FILE"),
        (["{root}", "file"], {}, command.DIRECTORY, "is a file"),
        (["{root}", "file/below"], {}, command.DIRECTORY, "file"),
        (["{root}", "odd"], {}, command.DIRECTORY, "sync.db"),
    ],
)  # fmt: skip
def test_what_cannot_be_right_is_one_line_and_an_exit_code(
    arguments, variables, code, words, truth, tmp_path, capsys, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("mine")
    (tmp_path / "odd" / "sync.db").mkdir(parents=True)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with serving(truth) as root:
        try:
            ended = command.main([argument.replace("{root}", root) for argument in arguments] + ["--quiet"])
        except SystemExit as stopped:
            ended = stopped.code
    said = capsys.readouterr().err
    assert (ended, words in said) == (code, True), said
    assert "Traceback" not in said
    assert "s3cret" not in said
    assert len([line for line in said.splitlines() if not line.startswith((" ", "usage:"))]) == 1


class Moving(FaultyServer):
    """Files are at another host."""

    elsewhere = ""

    def answer(self, request):
        if self.elsewhere and request.path.endswith(".mp3") and "localhost" not in request.url:
            return Reply(302, {"location": self.elsewhere + request.path})
        return super().answer(request)


def test_another_host_is_named_and_can_be_allowed(truth, tmp_path, capsys):
    server = Moving(FeedServer(truth))
    with hosted(application(server)) as root, serving(truth) as other:
        server.elsewhere = other.rstrip("/").replace("127.0.0.1", "localhost")
        assert command.main([root, str(tmp_path), "--quiet"]) == command.STOPPED
        said = capsys.readouterr().out
        assert "localhost" in said
        assert "--allow-host" in said
        assert command.main([root, str(tmp_path), "--quiet", "--allow-host=localhost"]) == command.DONE
    assert files_of(tmp_path) == digests(truth)


class WithoutFiles(FaultyServer):
    """The feed has files that the server does not have."""

    def answer(self, request):
        return Reply(404, {}) if request.path.endswith(".mp3") else super().answer(request)


def test_many_problems_are_a_summary_and_a_file(tmp_path, capsys):
    with hosted(application(WithoutFiles(FeedServer(generated(30, 1_000))))) as root:
        assert command.main([root, str(tmp_path), "--quiet"]) == command.STOPPED
    said = capsys.readouterr().out
    assert "20 more (30 Missing in all)" in said
    assert said.count("- Missing: ") == 10
    assert len((tmp_path / "sync.db-problems.txt").read_text().splitlines()) == 31


def test_the_list_of_problems_goes_when_they_do(tmp_path, capsys):
    """ "Everything is here", and beside it a list, without a date, of what the server does not have."""

    class Late(FaultyServer):
        late = True

        def answer(self, request):
            missing = self.late and request.path.endswith(".mp3")
            return Reply(404, {}) if missing else super().answer(request)

    server = Late(FeedServer(generated(30, 1_000)))
    with hosted(application(server)) as root:
        assert command.main([root, str(tmp_path), "--quiet"]) == command.STOPPED
        assert (tmp_path / "sync.db-problems.txt").exists()
        server.late = False
        assert command.main([root, str(tmp_path), "--quiet"]) == command.DONE
    assert not (tmp_path / "sync.db-problems.txt").exists()
    assert "Missing" not in capsys.readouterr().out.rpartition("before")[2]


@pytest.mark.parametrize("sounds", [1, 12])
def test_files_that_the_directory_refuses_are_its_trouble(sounds, tmp_path, capsys, monkeypatch):
    """A folder for files without permission to write, or on another file system: exit 1, as if the next run could help."""

    def refused(self, part, final):
        self.close(part)
        raise ReadOnlyDirectory(
            f"{final}: permission denied. Give a directory that this process may write to."
        )

    monkeypatch.setattr(Disk, "rename", refused)
    with hosted(application(FaultyServer(FeedServer(generated(sounds, 1_000))))) as root:
        assert (
            command.main([root, str(tmp_path), "--quiet", "--limit=backoff_base=0.001"]) == command.DIRECTORY
        )
    assert "may write to" in " ".join(capsys.readouterr().out.split())


def test_a_pause_says_until_when(truth, tmp_path, capsys):
    with serving(truth, Fault("F22", when=When.FROM, arg="3600")) as root:
        assert command.main([root, str(tmp_path), "--quiet"]) == command.STOPPED
        assert "Not before 20" in capsys.readouterr().out
        assert command.main([root, str(tmp_path), "--quiet"]) == command.STOPPED
    assert "Not before 20" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("number", "twice"),
    [(signal.SIGINT, False), (signal.SIGINT, True), (signal.SIGTERM, False), (signal.SIGHUP, False)],
)
def test_ctrl_c_ends_a_run_that_waits(number, twice, tmp_path, monkeypatch):
    """Nothing comes and nothing will: it is said at once, and the end does not wait for the server."""

    class Stalling(FaultyServer):
        def answer(self, request):
            if request.path.endswith(".mp3"):
                os.kill(os.getpid(), number)
                return replace(super().answer(request), piece=10_000, pace=6)
            return super().answer(request)

    class Said(io.StringIO):
        def write(self, text):
            if twice and "Stopping" in text:
                os.kill(os.getpid(), number)
            return super().write(text)

    monkeypatch.setattr(sys, "stderr", said := Said())
    handlers = [signal.getsignal(number) for number in command._ENDS]
    with hosted(application(Stalling(FeedServer(generated(1, 2_000))))) as root:
        assert command.main([root, str(tmp_path), "--quiet"]) == command.INTERRUPTED
    assert handlers == [signal.getsignal(number) for number in command._ENDS]
    assert "Stopping" in said.getvalue()
    assert "kept" in said.getvalue()
    assert "Traceback" not in said.getvalue()


def test_a_closed_terminal_that_was_to_be_ignored_is(truth, tmp_path, capsys):
    """As `nohup` has it."""

    class HangsUp(FaultyServer):
        def answer(self, request):
            os.kill(os.getpid(), signal.SIGHUP)
            return super().answer(request)

    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with hosted(application(HangsUp(FeedServer(truth)))) as root:
            assert command.main([root, str(tmp_path), "--quiet"]) == command.DONE
    finally:
        signal.signal(signal.SIGHUP, before)


SENDS = """\
import importlib.abc, os, signal, sys

class Sends(importlib.abc.MetaPathFinder):
    def find_spec(self, name, *_):
        if name == os.environ["INTERRUPTED_AT"]:
            os.kill(os.getpid(), signal.Signals[os.environ["SENT"]])

signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever is started behind others has been told to ignore it
sys.meta_path.insert(0, Sends())
"""
SCRIPT = "import importlib, sys; at, _, what = sys.argv.pop(1).partition(':'); sys.exit(getattr(importlib.import_module(at), what)())"


@pytest.mark.parametrize("imported", ["afterswipe.sync.command", "afterswipe.sync.engine", "httpx"])
@pytest.mark.parametrize(("how", "sent"), [("script", "SIGINT"), ("module", "SIGINT"), ("script", "SIGTERM")])
def test_ctrl_c_while_it_imports_is_no_traceback(how, sent, imported, tmp_path):
    """As process 1 of a container, too: there the system ignores a SIGTERM that nobody listens to."""
    (tmp_path / "sitecustomize.py").write_text(SENDS)
    target = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]["afterswipe-sync"]
    called = ["-c", SCRIPT, target] if how == "script" else ["-m", "afterswipe_sync"]
    paths = os.pathsep.join([str(tmp_path), str(ROOT / "src")])
    done = subprocess.run(
        [sys.executable, *called, "http://127.0.0.1:9/", str(tmp_path / "here")],
        env={**os.environ, "PYTHONPATH": paths, "INTERRUPTED_AT": imported, "SENT": sent},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (command.INTERRUPTED, "")
    assert done.stderr == "Ended: it was asked to stop.\n"
    assert not (tmp_path / "here").exists()


def test_the_entry_points_are_there():
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]
    for target in scripts.values():
        module, _, function = target.partition(":")
        assert callable(getattr(importlib.import_module(module), function))
    assert set(scripts) == {"afterswipe-sync", "afterswipe-demo"}


@pytest.mark.parametrize("how", [[], ["--quiet"]], ids=["with its bar", "quiet"])
def test_where_no_thread_may_be_started_it_is_one_line(how, truth, tmp_path, capsys, monkeypatch):
    """A container with a limit of processes: the bar's thread was a traceback."""

    def refused(_self):
        raise RuntimeError("can't start new thread")

    with serving(truth) as root:
        monkeypatch.setattr(threading.Thread, "start", refused)
        code = command.main([root, str(tmp_path), *how])
    said = capsys.readouterr()
    assert (code, "too little memory or threads" in said.err) == ((1, True) if not how else (0, False)), said
