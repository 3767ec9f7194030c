"""The small feed that the site itself serves as static files, so that an example can sync for real in the page.

It is the extended form, written by the same server that the tests use. The sounds are those of `guide.sounds`.
"""

from pathlib import Path

from faultlab.server import SOUND, Content, FeedServer, Truth
from faultlab.wire import Request

from .errors import BuildError
from .sounds import SOUNDS


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


def write(folder: Path) -> list[Path]:
    """Write the answers of the feed below `folder`, beside the sounds, and return their paths."""
    known = truth(folder)
    server = FeedServer(known)
    asked = [
        "v3/update-events/all",
        f"v3/update-events/{known.generation}.{len(known.events)}",  # what is new after all of it: nothing
        *(f"v3/sound/{name}" for name in SOUNDS),
    ]
    written = []
    for path in asked:
        file = folder / f"{path}.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        body = server.answer(Request("GET", f"/{path}")).body
        if not file.is_file() or file.read_bytes() != body:
            file.write_bytes(body)
        written.append(file)
    return written
