"""Servers and directories that nobody thought of, by hand: `python -m faultlab.mutate SECONDS SEED`.

Each world has a feed, a directory and some runs of the engine in virtual time. Between runs the directory is damaged, during them
the server's answers are. What must hold: nothing of the person's is touched, every row has its file, nothing but our errors comes
out, every run ends; and where the damage is of a kind that can be seen (*strict*), a run that says "everything is here" is right, and
an honest server heals everything. A strict world never lies in a way that HTTP, the feed's form and its digests cannot show.
"""

import argparse
import asyncio
import json
import random
import shutil
import signal
import sqlite3
import tempfile
import traceback
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from time import monotonic  # noqa: TID251 - real seconds, of somebody who waits

from afterswipe.sync import Limits, StoreError, Sync
from afterswipe.sync.outcome import Report

from .clock import LoopClock
from .loop import run
from .servers.faulty import FaultyServer, FaultyTransport
from .servers.server import AUTHOR, ENTITY_PATHS, GENRE, SONG, SOUND, FeedServer, Truth
from .servers.wire import Ending, Reply, Request

BASE = "https://feed.example/"
LIMITS = Limits(reserve_bytes=0, total_seconds=7200, lease_seconds=5)
_REFUSALS = (400, 401, 403, 404, 408, 409, 410, 416, 418, 425, 429, 500, 502, 503, 504, 511)
_STATUSES = (*_REFUSALS, 200, 204, 206, 301, 302, 304, 307, 412)
_HEADERS = (
    "content-length",
    "content-range",
    "etag",
    "content-type",
    "content-encoding",
    "retry-after",
    "location",
    "date",
)
_VALUES = (
    "", "0", "-1", "5", "99999999999", "9" * 400, '"x"', 'W/"x"', "text/html", "gzip", "aws-chunked", "bytes 0-9/10", "bytes */7",
    "bytes 5-4/3", "http://elsewhere.example/", "/", "Thu, 01 Jan 1970 00:00:00 GMT", "Fri, 31 Dec 9999 23:59:59 GMT",
)  # fmt: skip
_ENDINGS = (Ending.SHORT, Ending.RESET, Ending.STALL, Ending.REFUSED)
_REQUESTS = 20_000
_HANGS = 60
_HEALS = 8
"""Honest runs in which everything must come: a run begins a list anew once, and a file twice."""


class WrongError(Exception):
    """Something that must not be."""


@dataclass
class Mutating(FaultyServer):
    """A server whose answers are changed, each with a chance."""

    server: FeedServer
    rng: random.Random
    strict: bool
    chance: float = 0.0
    asked: int = 0
    seen: list[Reply] = field(default_factory=list)

    def answer(self, request: Request) -> Reply:
        """As the server, or nearly."""
        self.asked += 1
        if self.asked > _REQUESTS:
            raise WrongError(f"{self.asked} requests: it does not end")
        reply = self.server.answer(request)
        if self.rng.random() < self.chance:
            reply = self.rng.choice(self._ways(request))(reply)
        self.seen.append(reply)
        return reply

    def _ways(self, request: Request) -> list[Callable[[Reply], Reply]]:
        harmless: list[Callable[[Reply], Reply]] = [self._refused, self._broken, self._slow]
        if not self.strict:
            return [*harmless, self._status, self._header, self._body, self._older, self._document]
        # Of a plain feed's file nothing but HTTP's own words can show that it is another one.
        sure = self.server.extended or not request.path.endswith(".mp3")
        return [*harmless, self._garbage, self._header] if sure else harmless

    def _refused(self, reply: Reply) -> Reply:
        return replace(reply, status=self.rng.choice(_REFUSALS), body=b"no").having(content_length="2")

    def _broken(self, reply: Reply) -> Reply:
        return reply.cut(self.rng.randint(0, max(0, len(reply.body) - 1)), self.rng.choice(_ENDINGS))

    def _slow(self, reply: Reply) -> Reply:
        return replace(reply, pace=self.rng.choice((0.1, 20, 40)), piece=self.rng.choice((1, 100, 5000)))

    def _garbage(self, reply: Reply) -> Reply:
        body = self.rng.randbytes(self.rng.choice((0, 1, 50, 3000)))
        return replace(reply, body=body).having(content_length=self.rng.choice((None, str(len(body)))))

    def _header(self, reply: Reply) -> Reply:
        name = self.rng.choice(_HEADERS)
        return reply.having(**{name.replace("-", "_"): self.rng.choice((None, *_VALUES))})

    def _status(self, reply: Reply) -> Reply:
        return replace(reply, status=self.rng.choice(_STATUSES))

    def _body(self, reply: Reply) -> Reply:
        body, place = bytearray(reply.body or b"?"), self.rng.randrange(len(reply.body or b"?"))
        ways = (
            bytes(body[:place]),
            bytes(body * 2),
            bytes(body[:place]) + b"!" + bytes(body[place + 1 :]),
            b"",
        )
        return replace(reply, body=self.rng.choice(ways))

    def _older(self, reply: Reply) -> Reply:
        return self.rng.choice(self.seen) if self.seen else reply

    def _document(self, reply: Reply) -> Reply:
        try:
            document = json.loads(reply.body)
        except ValueError:
            return reply
        body = json.dumps(self._changed(document)).encode()
        return replace(reply, body=body).having(content_length=str(len(body)))

    def _changed(self, value: object) -> object:
        """A document with one of its parts dropped, doubled, moved or made something else."""
        if isinstance(value, list) and value:
            place = self.rng.randrange(len(value))
            ways: tuple[list[object], ...] = (
                value[:place],
                value + value,
                value[::-1],
                [*value[:place], self._changed(value[place])],
                [],
            )
            return self.rng.choice(ways)
        if isinstance(value, dict) and value:
            name = self.rng.choice(list(value))
            if self.rng.random() < 0.2:
                return {key: inner for key, inner in value.items() if key != name}
            return {**value, name: self._changed(value[name])}
        if isinstance(value, bool):
            return not value
        strange: tuple[object, ...] = (
            None,
            -1,
            0,
            2**63,
            1.5,
            "",
            "all",
            "..",
            "9999-12-31T23:59:59Z",
            "0001-01-01T00:00:00Z",
            [],
            {},
            "x" * 2000,
        )
        return self.rng.choice(strange)


class World:
    """A feed, a directory and what happens to them, all from a seed."""

    def __init__(self, seed: int, folder: Path) -> None:
        self.rng = rng = random.Random(seed)
        self.folder, self.strict, self.wall = folder, rng.random() < 0.6, 1_790_000_000.0
        self.truth = Truth(seed=seed)
        self.server = FeedServer(self.truth, rng.random() < 0.6, page=rng.choice((1, 3, 100)))
        for number in range(rng.randint(1, 8)):
            self.truth.add(
                rng.choice((SOUND, SOUND, SONG, AUTHOR, GENRE)),
                f"{number}",
                rng.choice((1, 300, 9000, 200_000)),
            )
        self.answers = Mutating(self.server, rng, self.strict)
        self.foreign: dict[Path, bytes] = {}
        self.happened: list[str] = []

    def live(self) -> None:
        """Its whole life. Raises WrongError where something is."""
        for _ in range(self.rng.randint(1, 5)):
            self.answers.chance = self.rng.choice((0.0, 0.05, 0.3, 0.9))
            self.once()
            for change in self.rng.sample(
                (self.publish, self.damage, self.damage, self.put), self.rng.randint(0, 3)
            ):
                change()
        self.answers.chance, report = 0.0, None
        for _ in range(_HEALS):
            report = self.once()
            if report is not None and report.finished:
                break
        if self.strict and (report is None or not report.finished):
            raise WrongError(f"an honest server does not heal it: {report}")

    def publish(self) -> None:
        """The server's contents change."""
        ids = list(self.truth.contents)
        way = self.rng.choice(("add", "rename", "replace", "delete", "restart"))
        self.happened.append(way)
        if way == "add" or not ids:
            self.truth.add(self.rng.choice((SOUND, SONG, AUTHOR)), "more", self.rng.choice((1, 700, 50_000)))
        elif way == "restart" and self.server.extended:
            self.truth.restart()
        elif way in ("rename", "replace", "delete"):
            chosen = self.rng.choice(ids)
            if way == "replace" and self.truth.contents[chosen].file is None:
                return
            getattr(self.truth, way)(*((chosen, "new") if way == "rename" else (chosen,)))

    def put(self) -> None:
        """The person puts a file there."""
        place = self.folder / self.rng.choice((".", "parts", "files", "files/sound"))
        path = place / self.rng.choice(("mix.mp3", "a.part", "Notes.txt", "0.mp3", ".hidden", "x" * 90))
        if place.is_dir() and not path.exists():
            self.foreign[path] = self.rng.randbytes(9)
            path.write_bytes(self.foreign[path])
            self.happened.append(f"put {path.relative_to(self.folder)}")

    def damage(self) -> None:
        """Something of ours is removed, cut or moved; in a world that is not strict, also changed."""
        ours = [
            path for path in sorted(self.folder.rglob("*")) if path.is_file() and path not in self.foreign
        ]
        if not ours:
            return
        path = self.rng.choice(ours)
        database = path.name.startswith("sync.db")
        ways = ["unlink"] if database else ["unlink", "truncate", "rename"]
        if path.name == "sync.db":
            ways += ["truncate", "zero"]
        if not self.strict:
            ways += ["flip", "grow", "truncate"]
        way = self.rng.choice(ways)
        self.happened.append(f"{way} {path.relative_to(self.folder)}")
        data = path.read_bytes()
        place = self.rng.randrange(len(data) or 1)
        if way == "unlink":
            path.unlink()
            for rest in self.folder.glob("sync.db-*") if path.name == "sync.db" else ():
                rest.unlink()
        elif way == "rename":
            self.foreign[path.with_name("renamed by somebody")] = data
            path.rename(path.with_name("renamed by somebody"))
        else:
            changed = data[:place] + bytes([self.rng.randrange(256)]) + data[place + 1 :]
            path.write_bytes(
                {"truncate": data[:place], "zero": b"", "grow": data + b"more", "flip": changed}[way]
            )

    def once(self) -> Report | None:
        """One run, and what must hold after it; None where the directory could not be used, and our error says why."""
        self.happened.append(f"run {self.answers.chance}")
        clock = LoopClock(self.wall)
        transport, report = FaultyTransport(self.answers, clock=clock), None

        async def main() -> Report:
            async with transport.client() as client:
                rng = random.Random(self.rng.random())
                try:
                    report = await Sync(client, BASE, self.folder, clock=clock, limits=LIMITS, rng=rng).run()
                finally:
                    self.wall = clock.wall() + 3600
                if asyncio.all_tasks() != {asyncio.current_task()}:
                    raise WrongError("something goes on after the end")
                return report

        try:
            report = run(main())
            str(report)
        except StoreError as error:
            self.happened.append(f"{type(error).__name__}: {error}")
            if self.strict:
                raise
        self.judge(report)
        return report

    def judge(self, report: Report | None) -> None:
        """No loss, no lie."""
        for path, data in self.foreign.items():
            if not path.exists() or path.read_bytes() != data:
                raise WrongError(f"{path.relative_to(self.folder)} was somebody's")
        if report is None or not report.finished:
            return
        with closing(sqlite3.connect(self.folder / "sync.db")) as database:
            rows = database.execute("SELECT key, name, size, sha256 FROM files").fetchall()
            entities = "SELECT key, data FROM entities WHERE NOT deleted"  # a damaged database may not be readable here
            titles = dict(database.execute(entities).fetchall() if self.strict else ())
        names = {key: name for key, name, _, _ in rows}
        for key, name, size, digest in rows:
            bytes_here = (self.folder / name).read_bytes() if (self.folder / name).is_file() else b"?"
            if len(bytes_here) != size or (self.strict and sha256(bytes_here).hexdigest() != digest):
                raise WrongError(f"the row of {key} is not its file's")
        if not self.strict:
            return
        here = {
            key: (
                json.loads(data)["title"],
                (self.folder / names[key]).read_bytes() if key in names else None,
            )
            for key, data in titles.items()
        }
        truth = self.truth.contents.values()
        wanted = {
            f"{ENTITY_PATHS[content.media]}/{content.id}": (content.title, content.file) for content in truth
        }
        if here != wanted:
            differ = sorted(key for key in here.keys() | wanted if here.get(key) != wanted.get(key))
            raise WrongError(f"it says that everything is here, and {differ} are not")


def world(seed: int) -> str | None:
    """Let a world live; what went wrong in it."""
    folder = Path(tempfile.mkdtemp(prefix="mutate-"))
    made = World(seed, folder / "here")
    signal.signal(signal.SIGALRM, _hangs)
    signal.alarm(_HANGS)
    try:
        made.live()
    except Exception as error:  # noqa: BLE001 - whatever it is, it is a finding
        where = "" if isinstance(error, WrongError) else traceback.format_exc()
        form = f"{'extended' if made.server.extended else 'plain'}, {'strict' if made.strict else 'loose'}"
        return (
            f"world {seed} ({form}): {type(error).__name__}: {error}\n  {'; '.join(made.happened)}\n{where}"
        )
    finally:
        signal.alarm(0)
        shutil.rmtree(folder, ignore_errors=True)
    return None


def _hangs(_number: int, _frame: object) -> None:
    raise WrongError(f"it does not end within {_HANGS} s")


def main(arguments: Sequence[str] | None = None) -> None:
    """As many worlds as there is time for, and how many went wrong."""
    parser = argparse.ArgumentParser(
        prog="python -m faultlab.mutate", description=(__doc__ or "").partition(",")[0]
    )
    parser.add_argument(
        "seconds", type=float, nargs="?", default=600.0, metavar="SECONDS", help="for how long (600)"
    )
    parser.add_argument("seed", type=int, nargs="?", default=1, metavar="SEED", help="of the first world (1)")
    options = parser.parse_args(arguments)
    until, number, kinds = monotonic() + options.seconds, options.seed, Counter[str]()
    while monotonic() < until:
        found = world(number)
        number += 1
        if found:
            kinds[found.splitlines()[0].partition(": ")[2][:60]] += 1
            print(found, flush=True)
    print(f"{number - options.seed} worlds from seed {options.seed}: {sum(kinds.values())} went wrong")


if __name__ == "__main__":
    main()
