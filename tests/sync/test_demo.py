"""The demo server: a feed of sounds on a real socket, and faults as they are told on the command line."""

import io
import socket
import subprocess
import sys
import wave
from contextlib import suppress

import httpx
import pytest

from faultlab.demo import __main__ as command
from faultlab.demo.app import application, generated
from faultlab.demo.sounds import tone
from faultlab.servers.faulty import INJECTIONS, Fault, FaultyServer, When
from faultlab.servers.server import FeedServer
from guide.hosting import hosted


def test_a_tone_is_a_sound_file_of_the_size_that_was_asked_for():
    for size in (45, 1000, 20_001):
        file = tone(3, size)
        # A chunk of odd length is padded with one byte.
        assert len(file) in (size, size + 1)
        with wave.open(io.BytesIO(file)) as sound:
            assert sound.getnframes() == size - 44


def test_no_two_tones_and_no_two_seconds_are_alike():
    file = tone(1, 44 + 8000 * 30)[44:]
    seconds = [file[start : start + 8000] for start in range(0, len(file), 8000)]
    assert len(set(seconds)) == len(seconds)
    assert len({tone(number, 9000) for number in range(24)}) == 24


def serving(*faults: Fault, extended: bool = True, log=lambda _line: None):
    return hosted(application(FaultyServer(FeedServer(generated(3, 20_000), extended=extended), faults), log))


def first_file(root: str, client: httpx.Client) -> str:
    page = client.get(f"{root}v3/update-events/all").json()
    return f"{root}sounds/{page['events'][0]['content_id']}.mp3"


def test_it_serves_a_feed_and_its_files_with_ranges():
    lines = []
    with serving(log=lines.append) as root, httpx.Client() as client:
        page = client.get(f"{root}v3/update-events/all").json()
        assert page["complete"] is True
        for event in page["events"]:
            file = client.get(f"{root}sounds/{event['content_id']}.mp3")
            assert len(file.content) == event["size"]
            rest = client.get(
                str(file.url), headers={"Range": "bytes=100-", "If-Range": file.headers["ETag"]}
            )
            assert (rest.status_code, rest.content) == (206, file.content[100:])
    assert len(lines) == 7
    assert lines[-1].endswith("-> 206")


def test_the_plain_feed_is_a_list():
    with serving(extended=False) as root:
        page = httpx.get(f"{root}v3/update-events/all").json()
    assert isinstance(page, list)
    assert "sha256" not in page[0]


def test_a_body_that_ends_too_early_ends_too_early_on_the_wire():
    lines = []
    with serving(Fault("F11"), log=lines.append) as root, httpx.Client() as client:
        url = first_file(root, client)
        with pytest.raises(httpx.RemoteProtocolError):
            client.get(url)
        assert client.get(url).status_code == 200, "the fault happens once"
    assert [line.endswith("(a fault)") for line in lines] == [False, True, False]


@pytest.mark.parametrize("name", sorted(INJECTIONS))
def test_no_fault_is_an_error_of_the_server_itself(name):
    """Whatever the fault, the server answers what it was told to, and answers honestly afterwards."""
    truth = generated(3, 20_000)
    server = FaultyServer(FeedServer(truth), [Fault(name)])
    broken = []

    async def told(scope, receive, send):
        try:
            await application(server)(scope, receive, send)
        except Exception as error:
            broken.append(error)
            raise

    with hosted(told) as root, httpx.Client(timeout=0.5) as client:
        for headers in ({}, {"Range": "bytes=1000-"}):
            for path in ("v3/update-events/all", f"sounds/{next(iter(truth.contents))}.mp3"):
                with (
                    suppress(httpx.TransportError),
                    client.stream("GET", root + path, headers=headers) as answer,
                ):
                    for _piece in zip(answer.iter_raw(), range(3), strict=False):
                        pass
    assert server.happened[name] == 1
    allowed = {"LocalProtocolError"} if name == "F16" else {"_CutOffError", "ClientDisconnect"}
    assert {type(error).__name__ for error in broken} <= allowed


def test_faults_are_written_briefly():
    assert command.fault("F11") == Fault("F11")
    assert command.fault("F11@3+") == Fault("F11", 3, "", When.FROM)
    assert command.fault("F06=before") == Fault("F06", 1, "before")


@pytest.mark.parametrize(
    ("text", "words"),
    [("F99", "is nothing that a server can do"), ("loss", "is no fault"), ("F06=sideways", "has no variant")],
)
def test_a_fault_that_there_is_not_is_said_with_what_there_is(text, words, capsys):
    with pytest.raises(SystemExit):
        command.main(["--fault", text])
    assert words in capsys.readouterr().err


def test_help_explains_every_fault(capsys):
    with pytest.raises(SystemExit):
        command.main(["--help"])
    words = capsys.readouterr().out
    for name in INJECTIONS:
        assert f"\n  {name}" in words


def test_the_command_serves(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "faultlab.demo", "--port", str(port), "--sounds", "2", "--size", "5"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        while True:
            try:
                page = httpx.get(f"http://127.0.0.1:{port}/v3/update-events/all", trust_env=False).json()
                break
            except httpx.ConnectError:
                assert process.poll() is None, process.stderr.read()
        assert len(page["events"]) == 2
    finally:
        process.terminate()
        process.communicate()


def test_what_it_sends_goes_out_at_once():
    with command.listening(0) as listening, socket.create_connection(listening.getsockname()):
        accepted, _ = listening.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_without_its_extra_the_command_says_what_to_install(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    assert command.main([]) == 3
    assert "afterswipe[demo]" in capsys.readouterr().err


def test_numbers_below_one_are_refused(capsys):
    with pytest.raises(SystemExit):
        command.main(["--sounds", "0"])
    assert "--sounds must be 1 or more" in capsys.readouterr().err
