"""The engine on the loopback, side by side with a bare `httpx` loop and with `huggingface_hub`'s `http_get`.

    python bench/sync.py [rounds]          (PYTHONPATH=src; http_get only where huggingface_hub is installed)

Four questions: how fast (many small files; one large one), how much memory (against the size of the file), how many bytes are
fetched twice after a kill, and who ends with a correct file under which fault. The server is a process of its own. The bare loop
does what a first version does: as many requests at once, bytes into files, no digest, no fsync, no database. The careful loop
is the same with a digest, an fsync and a rename for each file: that much every sync pays whose files survive a power failure.
"""

import asyncio
import hashlib
import logging
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from statistics import median

import httpx

from afterswipe.sync import Limits, Sync
from faultlab.demo.app import application, generated
from faultlab.servers.faulty import Fault, FaultyServer
from faultlab.servers.server import FeedServer

try:
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    from huggingface_hub.file_download import http_get

    logging.disable()
except ImportError:
    http_get = None

AT_ONCE = Limits().concurrency
MANY = (400, 20)  # files, kB each
LARGE = (1, 150_000)
FAULTS = (
    "F03",
    "F04",
    "F05",
    "F06",
    "F07",
    "F08",
    "F09",
    "F11",
    "F12",
    "F13",
    "F14",
    "F16",
    "F19",
    "F25",
    "F35",
    "F51",
)


@contextmanager
def server(sounds: int, kilobytes: int, *more: str) -> Iterator[str]:
    """The demo server in a process of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "faultlab.demo", "--quiet", f"--port={port}"]
    process = subprocess.Popen(
        [*command, f"--sounds={sounds}", f"--size={kilobytes}", "--page=10000", *more],
        stdout=subprocess.DEVNULL,
    )
    root = f"http://127.0.0.1:{port}/"
    try:
        with httpx.Client() as client:
            while True:
                try:
                    client.get(f"{root}v3/update-events/all")
                    break
                except httpx.TransportError:
                    if process.poll() is not None:
                        raise SystemExit(
                            "The demo server has ended. Is faultlab on PYTHONPATH (src)?"
                        ) from None
                    time.sleep(0.05)
        yield root
    finally:
        process.terminate()
        process.wait()


def wanted(root: str) -> dict[str, tuple[int, str]]:
    """Address, size and digest of every file."""
    events = httpx.get(f"{root}v3/update-events/all").json()["events"]
    return {f"{root}sounds/{event['content_id']}.mp3": (event["size"], event["sha256"]) for event in events}


# The three.


def engine(root: str, folder: Path) -> None:
    """This package."""

    async def run() -> None:
        async with httpx.AsyncClient() as client:
            report = await Sync(client, root, folder).run()
            assert report.finished, report

    asyncio.run(run())


def bare(root: str, folder: Path, *, careful: bool = False) -> None:
    """A loop over `httpx`."""

    async def run() -> None:
        async with httpx.AsyncClient(timeout=30) as client:
            events = (await client.get(f"{root}v3/update-events/all")).json()["events"]
            turn = asyncio.Semaphore(AT_ONCE)

            async def get(content: str) -> None:
                async with turn:
                    await client.get(f"{root}v3/sound/{content}")
                    async with client.stream("GET", f"{root}sounds/{content}.mp3") as answer:
                        answer.raise_for_status()
                        with (folder / f"{content}.part").open("wb") as file:
                            async for piece in answer.aiter_raw():
                                file.write(piece)
                            if careful:
                                file.flush()
                                os.fsync(file.fileno())
                    if careful:
                        with (folder / f"{content}.part").open("rb") as file:
                            hashlib.file_digest(file, "sha256")
                        (folder / f"{content}.part").rename(folder / content)
                        descriptor = os.open(folder, os.O_RDONLY)
                        os.fsync(descriptor)
                        os.close(descriptor)

            await asyncio.gather(*(get(event["content_id"]) for event in events))

    asyncio.run(run())


def hub(root: str, folder: Path) -> None:
    """`http_get` in as many threads."""
    events = httpx.get(f"{root}v3/update-events/all").json()["events"]
    queue = [event["content_id"] for event in events]

    def work() -> None:
        with httpx.Client() as client:
            while queue:
                content = queue.pop()
                client.get(f"{root}v3/sound/{content}")
                with (folder / content).open("wb") as file:
                    http_get(f"{root}sounds/{content}.mp3", file)

    threads = [threading.Thread(target=work) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def contestants() -> dict[str, Callable[[str, Path], None]]:
    """Who takes part."""
    careful = partial(bare, careful=True)
    return {"engine": engine, "bare loop": bare, "careful loop": careful} | (
        {"http_get": hub} if http_get else {}
    )


def timed(get: Callable[[str, Path], None], root: str, around: str) -> tuple[float, float]:
    """Seconds of one run into an empty folder: by the clock, and of the processor. Many files stay until all rounds are over.

    Else each round would pay for those before: ext4 passes by the place of every file that went in the last minutes.
    """
    folder = Path(tempfile.mkdtemp(dir=around))
    begun, used = time.perf_counter(), time.process_time()
    get(root, folder)
    taken = time.perf_counter() - begun, time.process_time() - used
    if len([*folder.rglob("*")]) < MANY[0]:
        shutil.rmtree(folder)
    return taken


def throughput(rounds: int) -> None:
    """All contestants in turn; the ratio is each round's own."""
    for name, (sounds, kilobytes) in {"many small files": MANY, "one large file": LARGE}.items():
        with server(sounds, kilobytes) as root, tempfile.TemporaryDirectory(prefix="bench-sync-") as around:
            total = sum(size for size, _ in wanted(root).values())
            taken: dict[str, list[float]] = {who: [] for who in contestants()}
            used: dict[str, list[float]] = {who: [] for who in contestants()}
            for _ in range(rounds):
                for who, get in contestants().items():
                    seconds, of_the_processor = timed(get, root, around)
                    taken[who].append(seconds)
                    used[who].append(of_the_processor)
        print(f"\n{name}: {sounds} x {kilobytes} kB, {rounds} rounds")
        for who, seconds in taken.items():
            ratios = [
                f"{median(b / a for a, b in zip(seconds, taken[other], strict=True)):.2f} of the {other}"
                for other in ("bare loop", "careful loop")
            ]
            cpu = f"{median(used[who]):.2f} s of the processor"
            print(f"  {who:<16} {total / median(seconds) / 1e6:7.1f} MB/s   {', '.join(ratios)}; {cpu}")
        print(f"  load {os.getloadavg()[0]:.1f}")


def memory() -> None:
    """The most memory of a process that syncs one file, for files of three sizes."""
    print("\nmost memory of the process, in MB, for one file of")
    for kilobytes in (1_000, 50_000, 400_000):
        with server(1, kilobytes) as root:
            peaks = []
            for who in contestants():
                folder = tempfile.mkdtemp(prefix="bench-sync-")
                code = f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r}); import sync; from pathlib import Path; "
                code += f"sync.contestants()[{who!r}]({root!r}, Path({folder!r})); print(open('/proc/self/status').read().split('VmHWM:')[1].split()[0])"
                done = subprocess.run(
                    [sys.executable, "-c", code], capture_output=True, text=True, check=True
                )
                peaks.append(f"{who} {int(done.stdout) / 1000:.0f}")
                shutil.rmtree(folder)
        print(f"  {kilobytes / 1000:>4.0f} MB: {', '.join(peaks)}")


def kill() -> None:
    """SIGKILL at a random moment, then again until it is done: what the server sent, above what there is."""
    truth = generated(1, 30_000_000)
    size = sum(len(content.file or b"") for content in truth.contents.values())
    print(f"\nkilled five times within a file of {size / 1e6:.0f} MB, then let run: bytes that came twice")
    for who in ("engine",):
        with server(1, 30_000) as root:
            folder = Path(tempfile.mkdtemp(prefix="bench-sync-"))
            code = f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r}); import sync; from pathlib import Path; "
            code += f"sync.contestants()[{who!r}]({root!r}, Path({str(folder)!r}))"
            kept = fetched = 0
            for number in range(6):
                process = subprocess.Popen([sys.executable, "-c", code])
                if number < 5:
                    parts, goal = folder / "parts", kept + size // 7
                    while process.poll() is None and _bytes(parts) < goal:
                        time.sleep(0.0005)
                    process.send_signal(signal.SIGKILL)
                process.wait()
                here = _bytes(folder / "parts") or size
                fetched += here - kept
                kept = here
            print(
                f"  {who}: {max(0, fetched - size):,} (a partial is believed up to its last byte, for the digest will tell)"
            )
            shutil.rmtree(folder)


def _bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.iterdir()) if folder.is_dir() else 0


def _in_a_thread(application: object) -> object:
    from guide.hosting import hosted

    return hosted(application)


def faults() -> None:
    """One file of 40 MB, cut in its middle at first so that there is a rest to ask for, and then the fault, once."""
    print(
        "\nunder a fault: right (the file as the server has it), refused (an error), or WRONG (no error, other bytes)"
    )
    limits = Limits(
        backoff_base=0.01, backoff_cap=0.1, read_seconds=1, rate_seconds=1, file_bytes=100_000_000
    )
    takers = [who for who in contestants() if who != "careful loop"]
    for name in FAULTS:
        row = []
        for who in takers:
            truth = generated(1, 40_000_000)
            faulty = FaultyServer(FeedServer(truth), [Fault("F11"), Fault(name)])
            folder = Path(tempfile.mkdtemp(prefix="bench-sync-"))
            with _in_a_thread(application(faulty)) as root:
                ended = _under_a_fault(who, root, folder, limits)
            content = next(iter(truth.contents.values()), None)
            right = hashlib.sha256(content.file or b"").hexdigest() if content else ""
            got = {
                hashlib.sha256(path.read_bytes()).hexdigest()
                for path in folder.rglob("*")
                if _is_result(path)
            }
            row.append(f"{who}: {'refused' if not ended else 'right' if got == {right} else 'WRONG'}")
            shutil.rmtree(folder)
        print(f"  {name}  {'; '.join(row)}")


def _under_a_fault(who: str, root: str, folder: Path, limits: Limits) -> bool:
    """Whether it ended without an error; http_get and the bare loop resume what they have, as their users do."""

    async def run() -> bool:
        async with httpx.AsyncClient() as client:
            return (await Sync(client, root, folder, limits=limits).run()).finished

    if who == "engine":
        return asyncio.run(run())
    try:
        (url, (size, _)), *_ = wanted(root).items()
    except (httpx.HTTPError, ValueError):
        return False  # it has no list to begin with
    for _ in range(6):
        path = folder / "file"
        here = path.stat().st_size if path.is_file() else 0
        try:
            with path.open("ab") as file:
                if who == "http_get":
                    http_get(url, file, resume_size=here, expected_size=size)
                else:
                    _append(url, file, here)
        except (httpx.HTTPError, OSError, RuntimeError):
            continue
        except Exception as error:  # what huggingface_hub raises are classes of its own
            if type(error).__module__.split(".")[0] not in ("huggingface_hub", "httpx2"):
                raise
            continue
        return True
    return False


def _append(url: str, file: object, here: int) -> None:
    headers = {"Range": f"bytes={here}-"} if here else {}
    with httpx.stream("GET", url, headers=headers, timeout=2) as answer:
        answer.raise_for_status()
        for piece in answer.iter_raw():
            file.write(piece)


def _is_result(path: Path) -> bool:
    return path.is_file() and (path.name == "file" or "files" in path.parts)


def main(rounds: int = 5) -> None:
    """Everything, in order."""
    print(
        f"Python {sys.version.split()[0]}, httpx {httpx.__version__}, {os.cpu_count()} cores, {AT_ONCE} requests at once"
    )
    throughput(rounds)
    memory()
    kill()
    faults()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
