"""Make the runtime bundle: all that a page needs to run Python, in one folder, with content-hashed names.

    node_modules/pyodide ─┬─ asm, wasm ── byte for byte ──────────────┐
                          └─ standard library ─┐                      │
    src/afterswipe ── wheel ───────────────────┼─ bytecode ── zips ───┼─ build/runtime + manifest.json
    requirements-runtime.lock ── wheels ───────┘                      │
                                       names, hashes ── lock file ────┘

By hand: `python -m guide.runtime.bundle`.
"""

import hashlib
import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from pyodide_lock import PackageSpec, PyodideLockSpec
from pyodide_lock.spec import InfoSpec

from guide import ROOT

from .compile import Archive, Compiler, write_whole
from .error import RuntimeBuildError
from .wheels import Wheel, dependencies, locked_wheels, own_wheel

__all__ = ["BundleFile", "BundlePackage", "Manifest", "RuntimeBuildError", "build_runtime"]

#: Version of the manifest's form. A reader refuses a number that it does not know.
SCHEMA = 1

#: The package whose docstrings readers see with `help()`. All others lose docstrings and assertions.
_OWN = "afterswipe"

#: Left out of the standard library: what cannot work in a page and what no reader's code imports.
DROPPED_FROM_STDLIB = (
    # The terminal's editor. pdb and pydoc import what stays: __init__, pager, trace, types, utils.
    *(f"_pyrepl/{name}.py" for name in ("__main__", "_m*", "_t*", "[!_ptu]*", "terminfo", "unix_*")),
    # Parts for other systems.
    "ctypes/_aix.py",
    "ctypes/macholib/*",
    "encodings/mbcs.py",
    "encodings/oem.py",
    "asyncio/windows_*.py",
    "multiprocessing/popen_spawn_win32.py",
    # CPython's own test modules, and notes for its makers.
    "__hello__.py",
    "__phello__/*",
    "*.ini",
    "*.txt",
    "*py.typed",
)

#: Left out of wheels: what only type checkers read.
_DROPPED_FROM_WHEELS = ("*/py.typed", "*.pyi")


@dataclass(frozen=True)
class BundleFile:
    """A file of the bundle: its path relative to the manifest, its SHA-256 in hex, its size in bytes."""

    path: str
    sha256: str
    size: int


@dataclass(frozen=True)
class BundlePackage:
    """A package of the bundle: a zip that goes on `sys.path` as it is."""

    name: str
    version: str
    imports: tuple[str, ...]
    path: str
    sha256: str
    size: int


@dataclass(frozen=True)
class Manifest:
    """What is in a bundle, as manifest.json says it.

    `files` maps a role (asm, wasm, stdlib, lock) to its file. In `packages`, each comes after those it needs.
    """

    schema: int
    pyodide: str
    python: str
    files: dict[str, BundleFile]
    packages: tuple[BundlePackage, ...]

    def to_json(self) -> str:
        """Return the text of manifest.json; equal manifests give equal text."""
        return json.dumps(asdict(self), indent=1) + "\n"


@dataclass
class _Folder:
    """The output folder: collects files under content-hashed names."""

    path: Path
    names: set[str] = field(default_factory=set)

    def add(self, stem: str, suffix: str, data: bytes) -> BundleFile:
        """Put a file into the folder unless the same is there."""
        digest = hashlib.sha256(data).hexdigest()
        name = f"{stem}.{digest[:10]}{suffix}"
        target = self.path / name
        if not target.is_file() or target.read_bytes() != data:
            write_whole(target, data)
        self.names.add(name)
        return BundleFile(name, digest, len(data))

    def finish(self, manifest: Manifest) -> None:
        """Write the manifest, then remove what it does not name."""
        write_whole(self.path / "manifest.json", manifest.to_json().encode())
        for path in self.path.iterdir():
            if path.name not in self.names | {"manifest.json"}:
                path.unlink(missing_ok=True)


def build_runtime(root: Path, out: Path) -> Manifest:
    """Make the bundle in `out` from the checkout at `root` and return its manifest.

    Wheels are kept in build/wheels and compiled files in build/cache, so that only what changed is made
    again. Files that the manifest does not name are removed from `out`. Raises `RuntimeBuildError` when
    something is missing, has the wrong hash or cannot be compiled.
    """
    npm = root / "node_modules" / "pyodide"
    version = _check_pyodide(root, npm)
    info = PyodideLockSpec.from_json(npm / "pyodide-lock.json").info
    locked = locked_wheels(root / "requirements-runtime.lock", root / "build" / "wheels", info.python)
    wheels = {wheel.name: wheel for wheel in [own_wheel(root), *locked]}
    depends = dependencies(wheels.values(), _marker_environment(info))
    ordered = [wheels[name] for name in depends]

    out.mkdir(parents=True, exist_ok=True)
    folder = _Folder(out)
    asm, wasm = (npm / "pyodide.asm.mjs").read_bytes(), (npm / "pyodide.asm.wasm").read_bytes()
    files = {"asm": folder.add("pyodide.asm", ".mjs", asm), "wasm": folder.add("pyodide.asm", ".wasm", wasm)}
    compiler = Compiler(npm, version + files["asm"].sha256 + files["wasm"].sha256, root / "build" / "cache")
    stdlib, compiled = _compile(compiler, npm, info, ordered)
    files["stdlib"] = folder.add("python_stdlib", ".zip", stdlib)
    packages = tuple(_add_package(folder, wheel, data) for wheel, data in zip(ordered, compiled, strict=True))
    files["lock"] = folder.add("pyodide-lock", ".json", _lock_file(info, packages, depends))
    manifest = Manifest(SCHEMA, version, info.python, files, packages)
    folder.finish(manifest)
    return manifest


def _check_pyodide(root: Path, npm: Path) -> str:
    """Return the version of the installed Pyodide, which must be the one that package.json asks for."""
    wanted = json.loads((root / "package.json").read_text(encoding="utf-8"))["dependencies"]["pyodide"]
    try:
        found = json.loads((npm / "package.json").read_text(encoding="utf-8"))["version"]
    except FileNotFoundError:
        raise RuntimeBuildError(f"{npm} is not there. Run `npm ci`, or `make`.") from None
    if found != wanted:
        raise RuntimeBuildError(
            f"node_modules holds Pyodide {found}, and package.json asks for {wanted}. "
            "Run `npm ci`, or `make`."
        )
    return str(found)


def _marker_environment(info: InfoSpec) -> dict[str, str]:
    """Return what a requirement's marker sees in the page, so that the host's values do not count."""
    return {
        "implementation_name": "cpython",
        "implementation_version": info.python,
        "os_name": "posix",
        "platform_machine": info.arch,
        "platform_python_implementation": "CPython",
        "platform_release": info.platform.partition("_")[2].replace("_", "."),
        "platform_system": "Emscripten",
        "platform_version": "#1",
        "python_full_version": info.python,
        "python_version": info.python.rpartition(".")[0],
        "sys_platform": "emscripten",
    }


def _compile(
    compiler: Compiler, npm: Path, info: InfoSpec, wheels: Sequence[Wheel]
) -> tuple[bytes, list[bytes]]:
    """Return the compiled standard library and the compiled wheels."""
    digits = info.python.rpartition(".")[0].replace(".", "")
    stdlib = Archive(
        stem="python_stdlib",
        source=(npm / "python_stdlib.zip").read_bytes(),
        prefix=f"/lib/python{digits}.zip/",
        optimize=2,
        drop=DROPPED_FROM_STDLIB,
    )
    archives = [
        Archive(
            stem=wheel.name,
            source=wheel.data,
            # Short, and the same for every version: this is what a reader sees in a traceback.
            prefix="/lib/site/",
            optimize=0 if wheel.name == _OWN else 2,
            drop=_DROPPED_FROM_WHEELS,
        )
        for wheel in wheels
    ]
    (library,) = compiler.compile([stdlib])
    return library, compiler.compile(archives, stdlib=library)


def _add_package(folder: _Folder, wheel: Wheel, data: bytes) -> BundlePackage:
    """Put a compiled wheel into the bundle."""
    # The tag stays py3-none-any, although the bytecode is for one Python: nothing installs this file, and
    # the name says which wheel it was made from.
    file = folder.add(wheel.file_name.removesuffix(".whl"), ".whl", data)
    return BundlePackage(wheel.name, str(wheel.version), wheel.imports, file.path, file.sha256, file.size)


def _lock_file(info: InfoSpec, packages: Sequence[BundlePackage], depends: dict[str, list[str]]) -> bytes:
    """Return a lock file that names the bundle's packages and nothing else."""
    spec = PyodideLockSpec(
        info=info,
        packages={
            package.name: PackageSpec(
                name=package.name,
                version=package.version,
                file_name=package.path,
                install_dir="site",
                sha256=package.sha256,
                imports=list(package.imports),
                depends=depends[package.name],
            )
            for package in packages
        },
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "pyodide-lock.json"
        spec.to_json(path)
        reread = PyodideLockSpec.from_json(path)
        reread.check_wheel_filenames()
        if reread != spec:
            raise RuntimeBuildError("The lock file reads back differently: pyodide-lock's form has changed.")
        return path.read_bytes()


def _main() -> int:
    """Make the bundle of this checkout and list it; return 1 and say why if it cannot be made."""
    out = ROOT / "build" / "runtime"
    try:
        manifest = build_runtime(ROOT, out)
    except RuntimeBuildError as error:
        print(f"runtime: {error}", file=sys.stderr)
        return 1
    files: list[BundleFile | BundlePackage] = [*manifest.files.values(), *manifest.packages]
    for file in files:
        print(f"{file.size:>10,}  {file.path}")
    print(f"{sum(file.size for file in files):>10,}  in {out}")
    return 0


if __name__ == "__main__":
    sys.exit(_main())
