"""Zips of modules, taken apart and put together. Equal input gives equal bytes."""

import io
import zipfile
from collections.abc import Callable, Iterable, Mapping

from .repack import write_zip


def entries(archive: bytes) -> dict[str, bytes]:
    """The entries of a zip by name, folders left out."""
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        return {name: opened.read(name) for name in opened.namelist() if not name.endswith("/")}


def has_module(archive: bytes, module: str) -> bool:
    """Whether a zip has modules below this dotted name."""
    return any(name.startswith(module.replace(".", "/") + "/") for name in entries(archive))


def subset(archive: bytes, keep: Callable[[str], bool]) -> bytes:
    """A zip with the entries whose names `keep` takes."""
    return write_zip({name: data for name, data in entries(archive).items() if keep(name)})


def below(archive: bytes, folder: str) -> bytes:
    """A zip with the entries below a folder, whose name ends in a slash."""
    return subset(archive, lambda name: name.startswith(folder))


def merged(archives: Iterable[bytes], more: Mapping[str, bytes] | None = None) -> bytes:
    """One zip with the entries of all, and of `more`."""
    together: dict[str, bytes] = {}
    for archive in archives:
        together |= entries(archive)
    return write_zip(together | dict(more or {}))
