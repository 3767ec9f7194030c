"""Make the runtime bundle: all that a page needs to run Python, in one folder, with content-hashed names.

    node_modules/pyodide ─┬─ glue, module ── without dynamic linking ────┐
                          └─ standard library ─┐                         │
    src/afterswipe ── wheel ───────────────────┼─ bytecode ── archives ──┼─ build/runtime + manifest.json
    requirements-runtime.lock ── wheels ───────┘                         │

By hand: `python -m guide.runtime.bundle`.
"""

import hashlib
import json
import sys
import tempfile
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from pyodide_lock import PyodideLockSpec
from pyodide_lock.spec import InfoSpec

from guide import ROOT

from .archives import below, entries, has_module, merged, subset
from .compile import Archive, Compiler, write_whole
from .error import RuntimeBuildError
from .image import PROGRAM as IMAGE_PROGRAM
from .image import ImageMaker, find_chromium, packed
from .slim import slimmed
from .wheels import Wheel, dependencies, locked_wheels, own_wheel

__all__ = ["BundleArchive", "BundleFile", "Manifest", "RuntimeBuildError", "build_runtime"]

#: Version of the manifest's form. A reader refuses a number that it does not know.
SCHEMA = 2

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

#: Left out of wheels: what only type checkers read, and where the command begins.
_DROPPED_FROM_WHEELS = ("*/py.typed", "*.pyi", "afterswipe_sync.py")


#: Packages that others ask for and that cannot work in a page: anyio imports `concurrent.interpreters`, whose C part Pyodide lacks, and the
#: import fails after a tenth of a second. httpcore does without it. typing_extensions is there for anyio alone.
_CANNOT_WORK = ("anyio", "typing-extensions")

#: Packages that a program needs only when it opens a connection of its own.
_LATER = ("certifi",)

#: Our own modules that are archives of their own, by the archive's name.
_APART = {
    "story": "afterswipe.story",
    "sync": "afterswipe.sync",
    "faultlab": "faultlab",
    "sources": "afterswipe.claims.sources",
}

#: The archives that are fetched before the first program.
_FIRST = ("stdlib", "core", "web")

#: The archives whose modules are imported in the image.
_HELD = ("core", "web", "story")

#: Modules of the standard library and of ours that a start or a program's end needs.
_RUNNER = (
    "_archives",
    "_execute",
    "_renew",
    "_sha2",
    "traceback",
    "json",
    "ast",
    "random",
    "secrets",
    "uuid",
    "tempfile",
)

#: What a start and a first program import, as Python: it decides which modules of the standard library are fetched first.
_AT_FIRST = """
import _archives, _execute, _renew, _sha2, httpx, traceback
import afterswipe, afterswipe.story, afterswipe.sync
for name in afterswipe.__all__:
    getattr(afterswipe, name)
"""


@dataclass(frozen=True)
class BundleFile:
    """A file of the bundle: its path relative to the manifest, its SHA-256 in hex, its size in bytes."""

    path: str
    sha256: str
    size: int


@dataclass(frozen=True)
class ImageFile(BundleFile):
    """The image of Python's memory; `packed` is the same as gzip leaves it. The modules of the archives in `holds` are in it."""

    packed: BundleFile
    holds: tuple[str, ...]


@dataclass(frozen=True)
class BundleArchive(BundleFile):
    """A zip of modules of the bundle, which Python reads in place; `packed` is the same as gzip leaves it.

    It has modules under the dotted names of `modules` alone. `first`: it is fetched before the first program runs, all others when a
    program imports from them.
    """

    name: str
    modules: tuple[str, ...]
    first: bool
    packed: BundleFile


@dataclass(frozen=True)
class Manifest:
    """What is in a bundle, as manifest.json says it.

    `files` maps a role (asm, wasm) to its file, `lock` is the lock file that Pyodide asks for, which names no package: all are in
    `archives`. `imports` are the names that a program may import beside those of the standard library.
    """

    schema: int
    pyodide: str
    python: str
    files: dict[str, BundleFile]
    archives: tuple[BundleArchive, ...]
    imports: tuple[str, ...]
    lock: dict[str, Any]

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


def build_runtime(root: Path, out: Path, *, image: bool = True) -> Manifest:
    """Make the bundle in `out` from the checkout at `root` and return its manifest.

    Wheels are kept in build/wheels and compiled files in build/cache, so that only what changed is made
    again. Files that the manifest does not name are removed from `out`. With `image`, an image of
    Python's memory is made where there is a Chromium. Raises `RuntimeBuildError` when
    something is missing, has the wrong hash or cannot be compiled.
    """
    npm = root / "node_modules" / "pyodide"
    version = _check_pyodide(root, npm)
    info = PyodideLockSpec.from_json(npm / "pyodide-lock.json").info
    locked = locked_wheels(root / "requirements-runtime.lock", root / "build" / "wheels", info.python)
    own = own_wheel(root)
    dependencies([own, *locked], _marker_environment(info))  # all that is needed is there
    third = [wheel for wheel in locked if wheel.name not in _CANNOT_WORK]

    out.mkdir(parents=True, exist_ok=True)
    folder = _Folder(out)
    cache = root / "build" / "cache"
    slim = slimmed(npm, root / "src" / "runner", cache)
    files = {
        role: folder.add("pyodide.asm", f".{suffix}", slim[f"pyodide.asm.{suffix}"])
        for role, suffix in (("asm", "mjs"), ("wasm", "wasm"))
    }
    compiler = Compiler(npm, version, cache)
    stdlib, compiled = _compile(compiler, npm, info, [own, *third], root / "src" / "runner")
    ours = _own_archives(compiled[own.name])
    theirs = _their_archives({wheel.name: compiled[wheel.name] for wheel in third})
    needed = compiler.needed(stdlib, list(compiled.values()), _AT_FIRST)
    first, rest = _split_library(stdlib, needed)
    parts = [("stdlib", _top_levels(first), first), *ours, *theirs, ("library", _top_levels(rest), rest)]
    archives = tuple(
        BundleArchive(
            **asdict(folder.add(name, ".zip", data)),
            name=name,
            modules=modules,
            first=name in _FIRST,
            packed=folder.add(f"{name}.zip", ".gz", packed(data)),
        )
        for name, modules, data in parts
    )
    if image and (chromium := find_chromium()):
        maker = ImageMaker({"pyodide.mjs": (npm / "pyodide.mjs").read_bytes(), **slim}, cache, chromium)
        made = maker.make(*_image_job(stdlib, compiled[own.name], parts, _lock(info)))
        files["image"] = ImageFile(
            **asdict(folder.add("python", ".image", made)),
            packed=folder.add("python.image", ".gz", packed(made)),
            holds=_HELD,
        )
    elif image:
        print("No Chromium is here, so there is no image of Python's memory: a first Run takes longer.")
    there = {name for wheel in (own, *third) for name in wheel.imports}
    imports = sorted(name for name in there if f"{name}.py" not in _DROPPED_FROM_WHEELS)
    manifest = Manifest(SCHEMA, version, info.python, files, archives, tuple(imports), _lock(info))
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
    compiler: Compiler, npm: Path, info: InfoSpec, wheels: Sequence[Wheel], runner: Path
) -> tuple[bytes, dict[str, bytes]]:
    """Return the compiled standard library, with the runner's own modules in it, and the compiled wheels by name."""
    digits = info.python.rpartition(".")[0].replace(".", "")
    own = {f"_{path.name}": path.read_bytes() for path in sorted(runner.glob("*.py"))}
    stdlib = Archive(
        stem="python_stdlib",
        source=merged([(npm / "python_stdlib.zip").read_bytes()], own),
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
    compiled = compiler.compile(archives, stdlib=library)
    return library, {wheel.name: data for wheel, data in zip(wheels, compiled, strict=True)}


type _Part = tuple[str, tuple[str, ...], bytes]
"""An archive: its name, the dotted names that it has modules under, its zip."""


def _own_archives(wheel: bytes) -> list[_Part]:
    """Our wheel in parts: what most programs need, and what is fetched when it is imported."""
    apart = {name: module for name, module in _APART.items() if has_module(wheel, module)}
    folders = [module.replace(".", "/") + "/" for module in apart.values()]
    # The wheel's RECORD lists all parts, so none of them can have it.
    core = subset(wheel, lambda entry: not entry.startswith(tuple(folders)) and not entry.endswith("/RECORD"))
    parts: list[_Part] = [("core", (_OWN,), core)]
    for (name, module), folder in zip(apart.items(), folders, strict=True):
        parts.append((name, (module,), below(wheel, folder)))
    return parts


def _their_archives(wheels: dict[str, bytes]) -> list[_Part]:
    """All other packages in two parts: what `import httpx` needs, and the rest."""
    parts = {"web": [name for name in wheels if name not in _LATER], "certificates": [*_LATER]}
    archives = {part: merged([wheels[name] for name in names]) for part, names in parts.items()}
    return [(part, _top_levels(data), data) for part, data in archives.items()]


def _image_job(
    stdlib: bytes, wheel: bytes, parts: Sequence[_Part], lock: dict[str, Any]
) -> tuple[bytes, dict[str, bytes], dict[str, Any], str]:
    """What an image is made of: the standard library, the archives by their place, the options of the start, a program."""
    data = {name: archive for name, _, archive in parts if name not in ("stdlib", "library")}
    # While it is made, our whole wheel is in one place, for nothing is fetched there.
    places = {"/lib/site/core.zip": wheel, "/lib/site/web.zip": data["web"]}
    # All that are named here are on the path when the image is used, and come there when they are needed.
    path = [f"/lib/site/{name}.zip" for name, _, _ in parts if name not in ("stdlib", "library")]
    env = {"PYTHONPATH": ":".join(path), "PYTHONHASHSEED": "0", "LANG": "C.UTF-8"}
    options = {"lockFileContents": json.dumps(lock), "packageBaseUrl": "/", "env": env}
    modules = [*_modules(data["core"]), *_modules(data["story"]), "httpx"]
    return stdlib, places, options, IMAGE_PROGRAM.replace("MODULES", repr([*_RUNNER, *modules]))


def _modules(archive: bytes) -> list[str]:
    """The names of all modules in a compiled zip that may be imported."""
    names = [
        name.removesuffix(".pyc").removesuffix("/__init__").replace("/", ".")
        for name in entries(archive)
        if name.endswith(".pyc")
    ]
    return sorted(name for name in names if not name.endswith("__main__"))


def _split_library(stdlib: bytes, needed: Collection[str]) -> tuple[bytes, bytes]:
    """The standard library in two parts: the modules of `needed`, and all others."""

    def is_needed(entry: str) -> bool:
        module = entry.removesuffix(".pyc").removesuffix("/__init__").replace("/", ".")
        return entry.endswith(".pyc") and module in needed

    return subset(stdlib, is_needed), subset(stdlib, lambda entry: not is_needed(entry))


def _top_levels(archive: bytes) -> tuple[str, ...]:
    """The names of the top-level modules and packages in a compiled zip."""
    tops = {entry.partition("/")[0] for entry in entries(archive)}
    return tuple(sorted({top.removesuffix(".pyc") for top in tops if not top.endswith(".dist-info")}))


def _lock(info: InfoSpec) -> dict[str, Any]:
    """The lock file that Pyodide reads at its start. It names no package, for none is installed."""
    spec = PyodideLockSpec(info=info, packages={})
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "pyodide-lock.json"
        spec.to_json(path)
        return dict(json.loads(path.read_text(encoding="utf-8")))


def _main() -> int:
    """Make the bundle of this checkout and list it; return 1 and say why if it cannot be made."""
    out = ROOT / "build" / "runtime"
    try:
        manifest = build_runtime(ROOT, out)
    except RuntimeBuildError as error:
        print(f"runtime: {error}", file=sys.stderr)
        return 1
    files = [*manifest.files.values(), *manifest.archives]
    for file in files:
        print(f"{file.size:>10,}  {file.path}")
    print(f"{sum(file.size for file in files):>10,}  in {out}")
    return 0


if __name__ == "__main__":
    sys.exit(_main())
