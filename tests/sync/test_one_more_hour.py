"""What somebody tried within one more hour: links, bare machines, odd command lines, rows that look right. Each was red before."""

import errno
import os
import socket
import subprocess
import sys
from hashlib import sha256

import pytest

from afterswipe.sync import Disk, ReadOnlyDirectory, Sync, UnsafePath, command
from faultlab import mutate
from faultlab.demo import __main__ as demo
from faultlab.demo.app import application
from faultlab.servers.faulty import FaultyServer
from faultlab.servers.server import FeedServer
from faultlab.servers.wire import Ending, Reply
from guide.hosting import hosted

from .rig import BASE, Rig, changed, execute, small_truth

SERVED = "http://feed.example/"

# The disk.


@pytest.mark.parametrize("extended", [False, True])
@pytest.mark.parametrize("when", ["before", "during"])
def test_a_part_that_is_somebody_s_file_too_is_no_part(tmp_path, extended, when):
    """`cp -al`, or a program that joins files that are alike: the other file was cut to nothing, and written into."""
    rig = Rig(tmp_path / "here", small_truth(1), extended=extended)
    honest = rig.honest.answer
    changed(
        rig,
        ".mp3",
        lambda request, reply: (
            Reply(500, {}) if "range" in request.headers else reply.cut(4000, Ending.SHORT)
        ),
    )
    rig.run()
    rig.honest.answer = honest
    (part,) = rig.parts()
    mine = tmp_path / "mine"
    mine.write_bytes(b"mine" * 5000)

    def link():
        part.unlink()
        os.link(mine, part)

    if when == "before":
        link()
        assert rig.run().finished
    else:
        seen = []

        def observe(name, detail):
            if name == "request" and ".mp3" in detail and not seen:
                seen.append(link())

        rig.run(observe=observe)
        assert rig.run().finished
    assert mine.read_bytes() == b"mine" * 5000
    assert rig.in_sync()


@pytest.mark.parametrize("end", ["", "-wal", "-shm", "-journal"])
@pytest.mark.parametrize("how", ["names", "link", "folder", "pipe"])
def test_a_database_that_is_somebody_s_file_too_is_not_opened(tmp_path, end, how):
    """`cp -al` of all: the copy's database went on with it, and a file with the name of its log was written over. A pipe was waited for."""
    rig = Rig(tmp_path / "here", small_truth(1))
    rig.run()
    mine, place = tmp_path / "mine", rig.folder / f"sync.db{end}"
    mine.write_bytes(place.read_bytes() if place.exists() else b"mine" * 5000)
    was = mine.read_bytes()
    place.unlink(missing_ok=True)
    make = {
        "names": lambda: os.link(mine, place), "link": lambda: place.symlink_to(mine),
        "folder": place.mkdir, "pipe": lambda: os.mkfifo(place),
    }  # fmt: skip
    make[how]()
    with pytest.raises(UnsafePath, match=f"sync.db{end} is a link"):
        rig.run()
    assert mine.read_bytes() == was
    if how in ("names", "link"):
        place.unlink()
        place.write_bytes(was)  # as it says
        if not end:
            assert rig.run().finished
            assert rig.in_sync()


def test_what_changed_before_its_name_gets_none(tmp_path):
    """A part that was closed, verified, and is another one now: it is not named, and comes again."""
    rig = Rig(tmp_path / "here", small_truth(1))
    refused = []

    class Held(Disk):
        def rename(self, part, final):
            if not refused:
                refused.append(part)
                self.close(part)
                (self.root / part).write_bytes(b"another")
                raise ReadOnlyDirectory("held")
            super().rename(part, final)

    report = rig.run(disk=Held(rig.folder))
    assert refused
    assert not report.finished
    assert not list((rig.folder / "files").rglob("*.mp3"))
    assert rig.run().finished
    assert rig.in_sync()


def test_a_directory_that_leads_to_itself_is_one_line(tmp_path):
    """A symbolic link to itself was a traceback on Python 3.12."""
    (tmp_path / "here").symlink_to(tmp_path / "here")
    with pytest.raises(UnsafePath):
        Sync(None, BASE, tmp_path / "here").state()


def test_the_first_database_that_is_set_aside_stays(tmp_path):
    """A person's own file of the name `sync.db`: the next damaged one took its place."""
    rig = Rig(tmp_path / "here", small_truth(1, 500))
    rig.folder.mkdir()
    for words in ("my own notes", "bits were lost", "and again"):
        (rig.folder / "sync.db").write_text(words)
        assert rig.run().finished
    assert (rig.folder / "sync.db.damaged").read_text() == "my own notes"
    assert (rig.folder / "sync.db.damaged.again").read_text() == "and again"


@pytest.mark.parametrize("extended", [False, True])
@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM entities",
        "DELETE FROM entities WHERE key = (SELECT max(key) FROM files)",
        "UPDATE entities SET deleted = 1, data = NULL WHERE key = (SELECT max(key) FROM files)",
        "UPDATE entities SET data = (SELECT data FROM entities LIMIT 1)",
        f"UPDATE files SET sha256 = '{sha256(b'').hexdigest()}'",
    ],
)
def test_rows_that_look_right_are_compared(tmp_path, extended, statement):
    """Somebody put rows back, or took some out: "everything is here", with a title, or all of them, lacking."""
    rig = Rig(tmp_path / "here", small_truth(2, 500), extended=extended)
    assert rig.run().finished
    execute(rig.folder, statement)
    assert rig.run().finished
    assert rig.in_sync()
    if extended or "files" not in statement.partition("SET")[0]:
        assert list(rig.folder.glob("*.damaged"))


def test_an_entity_may_be_escaped(tmp_path):
    """A server that writes `\\u002d` for a hyphen: its rows are not compared by their letters."""
    rig = Rig(tmp_path / "here", small_truth(1, 500))
    assert rig.run().finished
    execute(rig.folder, r"UPDATE entities SET data = replace(data, '-', '\u002d')")
    assert rig.run().finished
    assert not list(rig.folder.glob("*.damaged"))


# A bare machine.


LIMITED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_NOFILE, ({0}, {0}))
import afterswipe.sync.command as command
sys.exit(command.main([{1!r}, {2!r}, "--quiet"]))
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="descriptors are counted as Linux does")
@pytest.mark.parametrize("files", [4, 6, 8])
def test_too_few_open_files_are_one_line(tmp_path, files):
    """`ulimit -n 5`: asyncio's own traceback stood before ours, and no word of what to do."""
    code = LIMITED.format(files, SERVED, str(tmp_path / "here"))
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert ended.returncode == command.DIRECTORY
    assert "(ulimit -n)" in ended.stderr
    assert len(ended.stderr.splitlines()) == 1


def test_no_open_file_left_is_one_line(tmp_path, monkeypatch, capsys):
    """Whatever fails with EMFILE before anything has begun."""

    def fails():
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr(command, "DefaultSelector", fails)
    assert command.main([SERVED, str(tmp_path / "here")]) == command.DIRECTORY
    assert "(ulimit -n)" in capsys.readouterr().err


@pytest.mark.parametrize(
    "error", [MemoryError(), ImportError("failed to map segment"), OSError(12, "memory"), SystemError("NULL")]
)
def test_what_cannot_even_be_loaded_is_one_line(monkeypatch, error):
    """With a few megabytes Python stumbled while it read our modules."""
    import afterswipe_sync

    class Fails:
        def find_spec(self, name, *_):
            if name == "afterswipe.sync.command":
                raise error

    monkeypatch.delitem(sys.modules, "afterswipe.sync.command")
    monkeypatch.setattr(sys, "meta_path", [Fails(), *sys.meta_path])
    ended = []
    monkeypatch.setattr("signal.signal", lambda *_: None)
    monkeypatch.setattr(afterswipe_sync, "_end", lambda *told: ended.append(told))
    afterswipe_sync.main()
    ((code, said),) = ended
    assert code == 1
    assert said.startswith("Ended before it began: ")
    assert (str(error) or "too little memory") in said


def test_c_code_that_lacks_memory(tmp_path, monkeypatch, capsys):
    """`ulimit -v 40000`: "returned NULL without setting an exception"."""

    async def lacks(*_: object) -> None:
        raise SystemError("returned NULL")

    monkeypatch.setattr(Sync, "run", lacks)
    assert command.main([SERVED, str(tmp_path / "here")]) == command.STOPPED
    assert "too little memory" in capsys.readouterr().err


# The command line.


def said_of(capsys, *arguments):
    with pytest.raises(SystemExit) as stopped:
        command.main(list(arguments))
    assert stopped.value.code == command.USAGE
    return capsys.readouterr().err


@pytest.mark.parametrize("host", ["*", "*.cdn", "a,b"])
def test_neither_a_pattern_nor_a_list_is_a_host(tmp_path, capsys, host):
    """None of these ever matched, and nobody was told."""
    assert "--allow-host" in said_of(capsys, SERVED, str(tmp_path), f"--allow-host={host}")


def test_no_directory_is_not_this_one(tmp_path, monkeypatch, capsys):
    """`afterswipe-sync URL "$DIR"`, and DIR is not set: all of it came into the folder that one was in."""
    monkeypatch.chdir(tmp_path)
    assert "say ." in said_of(capsys, SERVED, "")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("token", [" ", "s3cret ", " s3cret"])
def test_a_token_with_space_around_it_is_named(tmp_path, capsys, token):
    """"The server cannot be reached; run again when there is a network"."""  # fmt: skip
    assert "--token has characters" in said_of(capsys, SERVED, str(tmp_path), f"--token={token}")


@pytest.mark.parametrize("extended", [False, True])
def test_one_request_may_be_enough(tmp_path, extended):
    """`--limit requests=1`: one brought all of it, and "1 requests were not enough"."""
    rig = Rig(tmp_path / "here", small_truth(2, 500), extended=extended)
    report = rig.run(limits={"requests": 1})
    assert report.finished, str(report)


def test_a_bound_on_files_is_none_on_the_feed(tmp_path):
    """`--limit file_bytes=1000`, to get the small ones: "there is no feed", since its page was larger."""
    rig = Rig(tmp_path / "here", small_truth(8, 500))
    report = rig.run(limits={"file_bytes": 600})
    assert report.finished, str(report)


def test_a_proxy_that_is_not_right_is_spoken_of(tmp_path, monkeypatch, capsys):
    """`http_proxy=junk`: "run again when there is a network", and no word of the variable."""
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    arguments = [SERVED, str(tmp_path / "here"), "--quiet", "--limit=backoff_base=0.001"]
    assert command.main(arguments) == command.STOPPED
    assert "Look at HTTPS_PROXY" in capsys.readouterr().out


def test_a_variable_that_names_no_host_is_named(tmp_path, monkeypatch, capsys):
    """`no_proxy=::1,[::1]` was said to be one of the others."""
    monkeypatch.setenv("no_proxy", "a:xx")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    assert "NO_PROXY" in said_of(capsys, SERVED, str(tmp_path))


@pytest.mark.parametrize("mine", ["sync-problems.txt", "problems.txt"])
def test_the_list_of_problems_has_a_name_that_nobody_uses(tmp_path, capsys, mine):
    """A person's own list of that name was replaced."""
    (tmp_path / mine).write_text("mine")

    class Without(FaultyServer):
        def answer(self, request):
            return Reply(404, {}) if request.path.endswith(".mp3") else super().answer(request)

    with hosted(application(Without(FeedServer(small_truth(12, 50))))) as root:
        command.main([root, str(tmp_path), "--quiet"])
    assert "more (" in capsys.readouterr().out
    assert (tmp_path / mine).read_text() == "mine"


# The other commands.


def test_a_port_that_is_taken_is_named(capsys):
    """Nothing was said, and "Try: afterswipe-sync …" above it."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        for port in (str(taken.getsockname()[1]), "70000", "8" * 30):
            with pytest.raises(SystemExit) as stopped:
                demo.main(["--port", port])
            assert stopped.value.code == 2
            out, err = capsys.readouterr()
            assert not out
            assert f"--port {port}" in err


@pytest.mark.parametrize("arguments", [["--help"], ["late"], ["1", "x"], ["1", "2", "3"]])
def test_the_mutator_explains_itself(capsys, arguments):
    """`--help` was a traceback."""
    with pytest.raises(SystemExit):
        mutate.main(arguments)
    said = "".join(capsys.readouterr())
    assert "SECONDS" in said


def test_a_bound_beyond_all_counting_is_one_line(tmp_path, capsys):
    """`batched` counts no further, which only the run after a kill found out."""
    with pytest.raises(SystemExit) as ended:
        command.main([SERVED, str(tmp_path), "--limit", "group_files=1e30"])
    assert ended.value.code == command.USAGE
    assert "group_files counts things" in capsys.readouterr().err
