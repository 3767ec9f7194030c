"""Archives of modules that are fetched when a program imports from them.

This module runs inside the worker, under Pyodide, and in plain CPython in the tests.
"""

import sys
import zipimport
from collections.abc import Callable, Sequence
from importlib.machinery import ModuleSpec, PathFinder

type Fetch = Callable[[str], bytes | None]
#: An archive: its name, its file in the bundle, the SHA-256 of that in hex, and the names from which on down it has modules.
type Entry = tuple[str, str, str, Sequence[str]]

NOT_LOADED = (
    "{} could not be loaded: the site does not answer, there is no network, or the site was updated meanwhile. "
    "Connect, or reload the page, and run again."
)
DAMAGED = "{} could not be loaded: what the site sent is damaged. Reload the page and run again."


class Archives:
    """A finder for `sys.meta_path`, the last of them: it is asked for what nobody else has found.

    An archive lies in `folder` as NAME.zip. `fetch` gives the bytes of a file of the bundle, or None.
    """

    def __init__(self, entries: Sequence[Entry], fetch: Fetch, folder: str) -> None:
        self._fetch = fetch
        self._folder = folder
        self._files = {name: (path, sha256) for name, path, sha256, _ in entries}
        self._of: dict[str, list[str]] = {}
        for name, _, _, modules in entries:
            for module in modules:
                self._of.setdefault(module, []).append(name)
        self._there: set[str] = set()

    def install(self, there: Sequence[str]) -> None:
        """Begin to answer; the archives of `there` are in the folder."""
        for name in there:
            self._is_there(name)
        sys.meta_path.append(self)  # type: ignore[arg-type]

    def find_spec(self, module: str, _path: object = None, _target: object = None) -> ModuleSpec | None:
        """The module of this name, after its archive has been fetched. Raises ImportError where that cannot be had."""
        parts = module.split(".")
        for end in range(len(parts), 0, -1):
            for name in self._of.get(".".join(parts[:end]), ()):
                self._bring(name, module)
                place = "/".join([self._place(name), *parts[:-1]])
                found = PathFinder.find_spec(module, [place])
                if (
                    found is not None and found.loader is not None
                ):  # not only a folder with a part of the package
                    return found
        return None

    def add(self, name: str, data: bytes) -> None:
        """Put an archive in place that has come by itself."""
        if name not in self._there:
            with open(self._place(name), "wb") as file:  # noqa: PTH123 - pathlib would be a part of every start
                file.write(data)
            self._is_there(name)

    def _bring(self, name: str, module: str) -> None:
        if name in self._there:
            return
        from _sha2 import sha256  # type: ignore[import-not-found]  # hashlib loads much that a start does not need

        path, expected = self._files[name]
        data = self._fetch(path)
        if data is None:
            raise ImportError(NOT_LOADED.format(module), name=module)
        data = _unpacked(data)
        if sha256(data).hexdigest() != expected:
            raise ImportError(DAMAGED.format(module), name=module)
        self.add(name, data)

    def _is_there(self, name: str) -> None:
        self._there.add(name)
        # Who looked there before it came has noted that there is nothing.
        for known in [known for known in sys.path_importer_cache if known.startswith(self._place(name))]:
            del sys.path_importer_cache[known]
        # And an image remembers what was in the archive of the day when it was made.
        zipimport._zip_directory_cache.pop(self._place(name), None)

    def _place(self, name: str) -> str:
        return f"{self._folder}/{name}.zip"


def _unpacked(data: bytes) -> bytes:
    """What gzip has packed, or the data as they are: some hosts unpack them on the way. Nothing, where they are damaged."""
    if data[:2] != b"\x1f\x8b":
        return data
    import zlib

    try:
        return zlib.decompress(data, wbits=31)
    except zlib.error:
        return b""
