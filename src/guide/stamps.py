"""What a folder was made from, as a digest beside it: what has not changed is not made again."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

from afterswipe.claims.compiling import CATALOGUE, SOURCES, STATEMENTS

PAGES = (
    "build/docs",
    "mkdocs.yml",
    "requirements.lock",
    "snippets",
    "src/afterswipe",
    "src/faultlab",
    "src/guide/claims/words.py",
    "src/guide/markdown.py",
    "src/guide/pages/moments.py",
    "src/guide/pages/ways.py",
    "src/guide/pages/ways.toml",
    "src/guide/snippets.py",
    "src/guide/swift",
    "src/guide/templates",
)
"""What the builder reads."""

RUNTIME = (
    "LICENSE",
    "README.md",
    "package-lock.json",
    "pyproject.toml",
    "requirements-runtime.lock",
    "requirements.lock",
    "src/afterswipe",
    "src/afterswipe_sync.py",
    "src/faultlab",
    "src/guide/runtime",
    "src/runner",
)
"""What Python in the page is made from."""

EVERYTHING = (
    "LICENSE",
    "README.md",
    "docs",
    "mkdocs.yml",
    "package-lock.json",
    "pyproject.toml",
    "requirements-runtime.lock",
    "requirements.lock",
    "snippets",
    "src",
    "tests/afterswipe/invariants.py",
    "tests/afterswipe/planted.py",
    "tests/sync",
)
"""What the whole site is made from."""


def of(root: Path, names: Sequence[str], *words: str) -> str:
    """The digest of all files below these names, and of words that count too. What is not there counts as that.

    What is compiled from the claims while the site is built lies among them and does not count.
    """
    compiled = {root / "src" / "afterswipe" / "claims" / name for name in (CATALOGUE, STATEMENTS, SOURCES)}
    digest = hashlib.sha256("\0".join(words).encode())
    for name in names:
        top = root / name
        for path in sorted(top.rglob("*")) if top.is_dir() else [top]:
            if path.is_file() and "__pycache__" not in path.parts and path not in compiled:
                digest.update(f"\0{path.relative_to(root).as_posix()}\0".encode())
                digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def is_current(folder: Path, stamp: str) -> bool:
    """Whether a folder is there and was made from what this digest stands for."""
    file = _beside(folder)
    return folder.is_dir() and file.is_file() and file.read_text(encoding="utf-8") == stamp


def write(folder: Path, stamp: str) -> None:
    """Note what a folder was made from."""
    _beside(folder).parent.mkdir(parents=True, exist_ok=True)
    _beside(folder).write_text(stamp, encoding="utf-8")


def _beside(folder: Path) -> Path:
    build = folder.parent if folder.parent.name == "build" else folder.parent / "build"
    return build / "cache" / "stamps" / f"{folder.name}.txt"
