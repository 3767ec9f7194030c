"""Pages that have moved: a small page at the old address leads to the new one, for links from elsewhere must not break."""

import tomllib
from collections.abc import Container
from pathlib import Path

from guide.errors import BuildError
from guide.templating import render

MOVED = Path(__file__).parent / "moved.toml"


def moved(path: Path = MOVED) -> dict[str, str]:
    """Old address -> new address, both below the site's root and with a slash at the end."""
    return dict(tomllib.loads(path.read_text(encoding="utf-8"))["moved"])


def pages(moves: dict[str, str], known: Container[str], site_url: str) -> dict[str, str]:
    """The page of every old address, by it. Raises BuildError where the old one is still a page, or the new one is none."""
    made: dict[str, str] = {}
    for old, new in moves.items():
        if old in known:
            raise BuildError(
                f"src/guide/finish/moved.toml: {old} is a page, so it has not moved. Take the line out."
            )
        if new.partition("#")[0] not in known:
            raise BuildError(
                f"src/guide/finish/moved.toml: {old} leads to {new}, and there is no such page. Correct the address."
            )
        link = "../" * len(Path(old).parts) + new
        made[old] = render("moved.html", link=link, canonical=f"{site_url.rstrip('/')}/{new}")
    return made
