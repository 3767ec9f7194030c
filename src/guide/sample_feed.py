"""The small feed that the site itself serves as static files, so that an example can sync for real in the page.

It is the extended form, written by the same server that the tests use. The sounds are those of `guide.sounds`.
"""

from pathlib import Path

from faultlab.servers.server import SOUND, Content, FeedServer, Truth
from faultlab.servers.wire import Request

from .errors import BuildError
from .sounds import FEED, SOUNDS


def truth(folder: Path) -> Truth:
    """What the feed tells of: the sounds in `folder`/sounds, in their order. Raises BuildError where one is missing."""
    known = Truth(feed_id="after-the-swipe")
    for name, (formula, _) in SOUNDS.items():
        path = folder / "sounds" / f"{name}.mp3"
        if not path.is_file():
            raise BuildError(
                f"docs/feed/sounds/{path.name} is missing. Make it again: python -m guide.sounds"
            )
        known.publish(
            Content(name, SOUND, formula.__name__.capitalize(), len(known.events) + 1, path.read_bytes())
        )
    return known


def files(folder: Path, *, below: str) -> dict[str, bytes]:
    """The answers of the feed as files: path, with `below` before it -> content. The sounds lie in `folder`/sounds."""
    known = truth(folder)
    server = FeedServer(known)
    asked = [
        "v3/update-events/all",
        f"v3/update-events/{known.generation}.{len(known.events)}",  # what is new after all of it: nothing
        *(f"v3/sound/{name}" for name in SOUNDS),
    ]
    return {f"{below}/{path}.json": server.answer(Request("GET", f"/{path}")).body for path in asked}


def write(out: Path, sounds: Path = FEED / "sounds") -> None:
    """Write the feed below `out`: the answers, and the sounds where they are not there already."""
    wanted = {path.name: path.read_bytes() for path in sorted(sounds.iterdir())}
    content = {f"feed/sounds/{name}": data for name, data in wanted.items()} | files(
        sounds.parent, below="feed"
    )
    for name, data in content.items():
        file = out / name
        if not file.is_file() or file.read_bytes() != data:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
