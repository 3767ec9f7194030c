"""The wheels of the runtime bundle: where they come from, and what is checked before one is used.

`add_wheels_to_spec` of pyodide-lock would read names, imports and dependencies too, but it needs one more
package (pkginfo) and knows no hashes, so the metadata is read with `packaging` here.
"""

import hashlib
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path

from auditwheel_emscripten.lib_utils import sharedlib_regex
from hatchling.builders.wheel import WheelBuilder
from packaging.metadata import Metadata
from packaging.requirements import Requirement
from packaging.tags import Tag
from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename
from packaging.version import Version
from pyodide_lock.utils import parse_top_level_import_name

from .error import RuntimeBuildError, last_lines

#: The one tag that a wheel of the bundle may have: any Python 3, no compiled part, any machine.
_PURE = Tag("py3", "none", "any")


@dataclass(frozen=True)
class Pin:
    """One package of the lock file: its version, and the SHA-256 of each file that may be it."""

    name: str
    version: Version
    hashes: frozenset[str]


@dataclass(frozen=True)
class Wheel:
    """A wheel of Python source that has passed the checks."""

    name: str
    version: Version
    file_name: str
    data: bytes
    imports: tuple[str, ...]
    requirements: tuple[Requirement, ...]


def read_pins(lock: Path) -> list[Pin]:
    """Return the packages of a requirements file with hashes, in its order.

    Raises `RuntimeBuildError` for an entry without an exact version or without a hash.
    """
    pins = []
    joined = re.sub(r"\\\n", " ", lock.read_text(encoding="utf-8"))
    for line in joined.splitlines():
        entry = line.partition("#")[0].strip()
        if not entry:
            continue
        requirement = Requirement(entry.partition("--hash")[0])
        exact = [part.version for part in requirement.specifier if part.operator == "=="]
        hashes = frozenset(re.findall(r"--hash=sha256:([0-9a-f]{64})", entry))
        if len(exact) != 1 or not hashes:
            raise RuntimeBuildError(
                f"{lock.name}: {requirement.name} needs one exact version and a sha256 hash. "
                "Make the file again with the command in its first lines."
            )
        pins.append(Pin(canonicalize_name(requirement.name), Version(exact[0]), hashes))
    return pins


def locked_wheels(lock: Path, folder: Path, python: str) -> list[Wheel]:
    """Return the wheels that `lock` names, from `folder`; those that are not there are downloaded.

    `python` is the version of Python in the page. With all files in place the network is not used. Raises
    `RuntimeBuildError` for a file that is not the one the lock names, for a wheel that is not pure Python,
    and when a download fails.
    """
    pins = read_pins(lock)
    folder.mkdir(parents=True, exist_ok=True)
    if any(_find(pin, folder) is None for pin in pins):
        _download(lock, folder, python)
    wheels = []
    for pin in pins:
        path = _find(pin, folder)
        if path is None:
            raise RuntimeBuildError(
                f"pip downloaded no wheel of {pin.name} {pin.version} for {lock.name}. "
                "The package has no pure Python wheel of that version: choose another version."
            )
        data = path.read_bytes()
        found = hashlib.sha256(data).hexdigest()
        if found not in pin.hashes:
            raise RuntimeBuildError(
                f"{path} is not the file that {lock.name} names for {pin.name} {pin.version}.\n"
                f"    found    sha256 {found}\n"
                f"    expected sha256 {' or '.join(sorted(pin.hashes))}\n"
                "Delete the file and run again. "
                "If it happens again, the lock file or the package index is wrong."
            )
        wheels.append(read_wheel(path.name, data))
    return wheels


def own_wheel(root: Path) -> Wheel:
    """Build the wheel of `afterswipe` from the checkout at `root`; the same files give the same bytes.

    Raises `RuntimeBuildError` when hatchling refuses the project.
    """
    with tempfile.TemporaryDirectory() as folder:
        try:
            built = Path(next(iter(WheelBuilder(str(root)).build(directory=folder, versions=["standard"]))))
        except (OSError, ValueError, TypeError) as error:
            raise RuntimeBuildError(
                f"The wheel of afterswipe cannot be built: {error}\n"
                "Check pyproject.toml and the files it names."
            ) from error
        return read_wheel(built.name, built.read_bytes())


def read_wheel(file_name: str, data: bytes) -> Wheel:
    """Read and check a wheel. Raises `RuntimeBuildError` if it is not pure Python or its parts disagree."""
    name, version, _, tags = parse_wheel_filename(file_name)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / file_name
        path.write_bytes(data)
        with zipfile.ZipFile(path) as archive:
            compiled = [entry for entry in archive.namelist() if sharedlib_regex().search(entry)]
            metadata = _metadata(archive, file_name)
        imports = parse_top_level_import_name(path)
    if _PURE not in tags or compiled:
        raise RuntimeBuildError(
            f"{file_name} is not pure Python ({', '.join(compiled) or 'its tag is not py3-none-any'}). "
            "The bundle can hold pure wheels only: choose another version or another package."
        )
    if canonicalize_name(metadata.name) != name or metadata.version != version:
        raise RuntimeBuildError(
            f"{file_name} says inside that it is {metadata.name} {metadata.version}. Report it to its makers."
        )
    if not imports:
        raise RuntimeBuildError(
            f"{file_name} holds no Python module. Check that it is the package you meant."
        )
    return Wheel(name, version, file_name, data, tuple(sorted(imports)), tuple(metadata.requires_dist or ()))


def dependencies(wheels: Iterable[Wheel], environment: Mapping[str, str]) -> dict[str, list[str]]:
    """Return each wheel's name with the sorted names of those it needs, and after all of them.

    `environment` holds the values that markers see in the page. Raises `RuntimeBuildError` when a wheel needs
    a package that is not among `wheels`.
    """
    by_name = {wheel.name: wheel for wheel in wheels}
    graph: dict[str, list[str]] = {}
    for name in sorted(by_name):
        needed = {
            canonicalize_name(requirement.name)
            for requirement in by_name[name].requirements
            if requirement.marker is None or requirement.marker.evaluate({**environment, "extra": ""})
        }
        missing = needed - by_name.keys()
        if missing:
            raise RuntimeBuildError(
                f"{name} needs {', '.join(sorted(missing))}, which requirements-runtime.lock does not list. "
                "Make the lock file again with the command in its first lines."
            )
        graph[name] = sorted(needed)
    return {name: graph[name] for name in TopologicalSorter(graph).static_order()}


def _find(pin: Pin, folder: Path) -> Path | None:
    """Return the wheel of a pinned version in `folder`, if it is there."""
    for path in sorted(folder.glob("*.whl")):
        try:
            name, version, _, _ = parse_wheel_filename(path.name)
        except InvalidWheelFilename:
            continue
        if (name, version) == (pin.name, pin.version):
            return path
    return None


def _download(lock: Path, folder: Path, python: str) -> None:
    """Let pip download what `lock` names, pure wheels only, each checked against its hash."""
    command = [
        *(sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-input"),
        *("--require-hashes", "--no-deps", "--only-binary=:all:"),
        *("--platform=any", "--implementation=py", "--abi=none", f"--python-version={python}"),
        *("--dest", str(folder), "--requirement", str(lock)),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeBuildError(
            f"pip could not download the wheels of {lock.name} into {folder}:\n{last_lines(done.stderr)}\n"
            "Connect to the network and run again. The wheels are kept, so this is needed once."
        )


def _metadata(archive: zipfile.ZipFile, file_name: str) -> Metadata:
    """Return the parsed METADATA of a wheel."""
    entry = next((name for name in archive.namelist() if name.endswith(".dist-info/METADATA")), None)
    if entry is None:
        raise RuntimeBuildError(
            f"{file_name} has no METADATA, so it is not a wheel. Delete it and run again."
        )
    return Metadata.from_email(archive.read(entry), validate=False)
