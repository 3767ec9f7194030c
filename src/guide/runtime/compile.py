"""Compile zips of Python source with the Python inside Pyodide, under Node, and keep the results."""

import hashlib
import json
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from .error import RuntimeBuildError, last_lines

_HERE = Path(__file__).parent
_SCRIPT = _HERE / "compile.mjs"
_PROGRAM = _HERE / "repack.py"


@dataclass(frozen=True)
class Archive:
    """A zip of Python source, and how it is to be compiled (the fields of `repack.repack`)."""

    stem: str
    source: bytes
    prefix: str
    optimize: int
    drop: tuple[str, ...]


class Compiler:
    """Compiles archives with one Pyodide, and keeps each result under `cache` until its input changes.

    `pyodide` is the folder of the npm package, `fingerprint` any text that changes with its content.
    """

    def __init__(self, pyodide: Path, fingerprint: str, cache: Path) -> None:
        self._pyodide = pyodide
        self._cache = cache
        self._tools = hashlib.sha256(
            fingerprint.encode() + _SCRIPT.read_bytes() + _PROGRAM.read_bytes()
        ).hexdigest()

    def compile(self, archives: Sequence[Archive], stdlib: bytes | None = None) -> list[bytes]:
        """Return the compiled form of each archive; what the cache lacks is compiled in one start of Node.

        `stdlib` is the standard library to start Pyodide with; without it, Pyodide takes its own, which is
        slower. Raises `RuntimeBuildError` if Node is missing or fails.
        """
        results = {archive.stem: self._cached(archive) for archive in archives}
        missing = [archive for archive in archives if results[archive.stem] is None]
        if missing:
            for archive, result in zip(missing, self._run(missing, stdlib), strict=True):
                self._keep(archive, result)
                results[archive.stem] = result
        return [result for result in results.values() if result is not None]

    def needed(self, stdlib: bytes, archives: Sequence[bytes], program: str) -> set[str]:
        """Return the names of the modules that a start of Python and then `program` import, with these archives at hand.

        Raises `RuntimeBuildError` if Node is missing or fails, or the program does.
        """
        key = hashlib.sha256(self._tools.encode() + program.encode())
        for data in (stdlib, *archives):
            key.update(hashlib.sha256(data).digest())
        kept = self._cache / f"needed.{key.hexdigest()[:20]}.json"
        if not kept.is_file():
            with tempfile.TemporaryDirectory() as name:
                folder = Path(name)
                for number, data in enumerate(archives):
                    (folder / f"{number}.zip").write_bytes(data)
                (folder / "stdlib.zip").write_bytes(stdlib)
                job = {
                    "pyodide": str(self._pyodide),
                    "stdlib": str(folder / "stdlib.zip"),
                    "packages": [str(folder / f"{number}.zip") for number in range(len(archives))],
                    "program": program,
                    "target": str(folder / "needed.json"),
                }
                run_node(_SCRIPT, folder, job, "Finding out what a start imports")
                self._cache.mkdir(parents=True, exist_ok=True)
                for old in self._cache.glob("needed.*.json"):
                    old.unlink(missing_ok=True)
                write_whole(kept, (folder / "needed.json").read_bytes())
        return set(json.loads(kept.read_text(encoding="utf-8")))

    def _path(self, archive: Archive) -> Path:
        """Return where an archive's compiled form is kept."""
        options = json.dumps([archive.prefix, archive.optimize, archive.drop]).encode()
        key = hashlib.sha256(self._tools.encode() + options + b"\0" + archive.source).hexdigest()
        return self._cache / f"{archive.stem}.{key[:20]}.zip"

    def _cached(self, archive: Archive) -> bytes | None:
        try:
            return self._path(archive).read_bytes()
        except FileNotFoundError:
            return None

    def _keep(self, archive: Archive, result: bytes) -> None:
        """Put a result into the cache in place of older ones of the same archive."""
        self._cache.mkdir(parents=True, exist_ok=True)
        path = self._path(archive)
        for old in self._cache.glob(f"{archive.stem}.*.zip"):
            old.unlink(missing_ok=True)
        write_whole(path, result)

    def _run(self, archives: Sequence[Archive], stdlib: bytes | None) -> list[bytes]:
        """Compile in Node."""
        with tempfile.TemporaryDirectory() as name:
            job = self._job(Path(name), archives, stdlib)
            stems = ", ".join(archive.stem for archive in archives)
            run_node(_SCRIPT, Path(name), job, f"Compiling {stems} in Pyodide")
            return [(Path(name) / f"{archive.stem}.target").read_bytes() for archive in archives]

    def _job(self, folder: Path, archives: Sequence[Archive], stdlib: bytes | None) -> dict[str, Any]:
        """Write compile.mjs's input files into `folder` and return the description of the job."""
        jobs = []
        for archive in archives:
            (folder / f"{archive.stem}.source").write_bytes(archive.source)
            options = {key: value for key, value in asdict(archive).items() if key not in ("stem", "source")}
            jobs.append(
                options | {key: str(folder / f"{archive.stem}.{key}") for key in ("source", "target")}
            )
        if stdlib is not None:
            (folder / "stdlib.zip").write_bytes(stdlib)
        return {
            "pyodide": str(self._pyodide),
            "repack": str(_PROGRAM),
            "stdlib": None if stdlib is None else str(folder / "stdlib.zip"),
            "archives": jobs,
        }


def run_node(script: Path, folder: Path, job: dict[str, Any], what: str) -> None:
    """Let a script do a job; its description is written into `folder`. Raises `RuntimeBuildError`, which says `what` failed."""
    node = shutil.which("node")
    if node is None:
        raise RuntimeBuildError(
            "Node is not installed or not on the PATH. Install Node 20 or later and run again."
        )
    (folder / "job.json").write_text(json.dumps(job))
    command = [node, str(script), str(folder / "job.json")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeBuildError(
            f"{what} failed ({node} ended with {done.returncode}):\n{last_lines(done.stderr)}\n"
            "If the lines name a source file, correct it. If not, run `npm ci` and try again."
        )


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that a reader sees the old content or the new, never a part."""
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as file:
        file.write(data)
    written = Path(file.name)
    written.chmod(0o644)
    written.replace(path)
