"""Pages that have moved: a small page at the old address leads to the new one, for links from elsewhere must not break."""

import tomllib
from html import escape
from pathlib import Path

from guide.errors import BuildError

MOVED = Path(__file__).parent / "moved.toml"


def moved(path: Path = MOVED) -> dict[str, str]:
    """Old address -> new address, both below the site's root and with a slash at the end."""
    return dict(tomllib.loads(path.read_text(encoding="utf-8"))["moved"])


def write(site: Path, pages: dict[str, str], site_url: str) -> list[Path]:
    """Write the page of every old address. Raises BuildError where the old one is still a page, or the new one is none."""
    written = []
    for old, new in pages.items():
        target = site / new.partition("#")[0] / "index.html"
        page = site / old / "index.html"
        if page.exists():
            raise BuildError(
                f"src/guide/finish/moved.toml: {old} is a page, so it has not moved. Take the line out."
            )
        if not target.is_file():
            raise BuildError(
                f"src/guide/finish/moved.toml: {old} leads to {new}, and there is no such page. Correct the address."
            )
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(
            _page("../" * len(Path(old).parts) + new, f"{site_url.rstrip('/')}/{new}"), encoding="utf-8"
        )
        written.append(page)
    return written


def _page(link: str, canonical: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>This page has moved</title>'
        f'<meta name="robots" content="noindex"><link rel="canonical" href="{escape(canonical)}">'
        '<link rel="icon" href="data:,">'  # or the browser asks for /favicon.ico, which need not be there
        f'<meta http-equiv="refresh" content="0; url={escape(link)}">'
        '<meta name="viewport" content="width=device-width"></head>'
        f'<body><p>This page has moved: <a href="{escape(link)}">read it at its new address</a>.</p></body></html>'
    )
