"""The runtime bundle: complete, true to its manifest, the same every time, and enough to run Python."""

import base64
import gzip
import hashlib
import importlib.util
import io
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

from afterswipe import claims
from guide.runtime import bundle as runtime
from guide.runtime import wheels as runtime_wheels
from guide.runtime.bundle import (
    BundleArchive,
    BundleFile,
    ImageFile,
    Manifest,
    RuntimeBuildError,
    build_runtime,
)
from guide.runtime.image import Answer, find_chromium
from guide.runtime.repack import repack

ROOT = Path(__file__).resolve().parents[2]
NPM = ROOT / "node_modules" / "pyodide"
LOCK = "requirements-runtime.lock"

#: Starts Pyodide as the page's worker does, from the files of a bundle alone, or as it comes from npm; runs
#: a program that ends in an expression, and writes its value. Arguments: pyodide.mjs, program, bundle.
BOOT = """
import { readFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";
const [loader, program, bundle] = process.argv.slice(1);
const { loadPyodide } = await import(pathToFileURL(loader).href);

async function optionsOf(bundle) {
  const manifest = JSON.parse(await readFile(`${bundle}/manifest.json`, "utf8"));
  const { asm, wasm } = manifest.files;
  const [stdlib, ...others] = manifest.archives;
  const { default: create } = await import(pathToFileURL(`${bundle}/${asm.path}`).href);
  const compiled = await WebAssembly.compile(await readFile(`${bundle}/${wasm.path}`));
  // With this name defined, Pyodide does not fetch pyodide.asm.wasm by itself.
  globalThis.WasmOffsetConverter = null;
  const marker = Symbol("error marker");
  const instantiateWasm = (imports, done) => {
    Object.assign(imports.env, {
      Jsv_GetError_import: () => marker,
      JsvError_Check: (value) => value === marker,
    });
    WebAssembly.instantiate(compiled, imports).then((instance) => done(instance, compiled));
    return {};
  };
  return {
    indexURL: "/nowhere",
    packageBaseUrl: "/nowhere",
    createPyodideModule: (settings) => create({ ...settings, instantiateWasm }),
    stdLibURL: `${bundle}/${stdlib.path}`,
    lockFileContents: JSON.stringify(manifest.lock),
    env: { PYTHONPATH: others.filter(({ name }) => name !== "library").map(({ name }) => `/lib/site/${name}.zip`).join(":") },
    fsInit: async (FS) => {
      FS.mkdirTree("/lib/site");
      for (const { name, path } of others) FS.writeFile(`/lib/site/${name}.zip`, await readFile(`${bundle}/${path}`));
    },
  };
}

try {
  const pyodide = await loadPyodide(bundle === undefined ? {} : await optionsOf(bundle));
  if (bundle !== undefined) {
    // As in the page, but with everything in place.
    const { archives } = JSON.parse(await readFile(`${bundle}/manifest.json`, "utf8"));
    const { Archives } = pyodide.pyimport("_archives");
    const entries = archives.map(({ name, path, sha256, modules }) => [name, path, sha256, modules]);
    const made = Archives(pyodide.toPy(entries), () => undefined, "/lib/site");
    made.install(pyodide.toPy(archives.map(({ name }) => name)));
  }
  process.stdout.write(await pyodide.runPythonAsync(await readFile(program, "utf8")));
} catch (error) {
  process.stderr.write(String(error.stack).split("\\n").map((line) => line.slice(0, 300)).join("\\n"));
  process.exitCode = 1;
}
"""

#: What a page does with the bundle, and what Python says about itself while doing it.
USE = """
import asyncio, importlib.metadata, importlib.resources, importlib.util
import json, platform, sqlite3, sys, traceback
import httpx, afterswipe

def answer(request):
    return httpx.Response(200, json={"path": request.url.path})

async def ask():
    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
        async with asyncio.TaskGroup() as group:
            replies = [group.create_task(client.get(f"https://feed.test/{n}")) for n in range(3)]
    return [reply.result().json()["path"] for reply in replies]

def frames():
    try:
        httpx.URL(1)
    except TypeError as error:
        return [frame.filename for frame in traceback.extract_tb(error.__traceback__)]

json.dumps({
    "python": platform.python_version(),
    "magic": importlib.util.MAGIC_NUMBER.hex(),
    "paths": await ask(),
    "rows": sqlite3.connect(":memory:").execute("select 1 + 1").fetchall(),
    "versions": {d.metadata["Name"]: d.version for d in importlib.metadata.distributions()},
    "not_from_zips": sorted(
        name for name, module in sys.modules.items()
        if (spec := module.__spec__) and spec.has_location and not spec.origin.endswith(".pyc")
    ),
    "frames": frames(),
    "own_docstring": afterswipe.__doc__,
    "httpx_docstring": httpx.AsyncClient.__doc__,
    "pem": len(importlib.resources.files("certifi").joinpath("cacert.pem").read_text()),
})
"""

#: Imports each module whose name is put in for NAMES and tells which could be imported.
IMPORTS = """
import contextlib, importlib, io, json, warnings

def imports(name):
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            importlib.import_module(name)
    except BaseException:
        return False
    return True

warnings.simplefilter("ignore")
json.dumps([name for name in NAMES if imports(name)])
"""


@dataclass(frozen=True)
class Bundle:
    """A bundle on disk."""

    path: Path
    manifest: Manifest

    def files(self) -> list[BundleFile | BundleArchive]:
        return [*self.manifest.files.values(), *self.packed(), *self.manifest.archives]

    def packed(self) -> list[BundleFile]:
        """What stands in for another file."""
        files = [*self.manifest.files.values(), *self.manifest.archives]
        return [file.packed for file in files if isinstance(file, ImageFile | BundleArchive)]

    def read(self, file: BundleFile | BundleArchive) -> bytes:
        return (self.path / file.path).read_bytes()

    def archives(self) -> dict[str, dict[str, bytes]]:
        """The entries of each archive, by name."""
        return {archive.name: unzip(self.read(archive)) for archive in self.manifest.archives}


@pytest.fixture(scope="session")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The checkout as it was when the tests began, so that nobody who is writing disturbs them.

    It shares the wheels and the compiled files of the real one.
    """
    root = tmp_path_factory.mktemp("source")
    for room in ("src/afterswipe", "src/faultlab", "src/runner", ".ci"):
        shutil.copytree(ROOT / room, root / room)
    for name in ("package.json", "pyproject.toml", "README.md", "LICENSE", "src/afterswipe_sync.py", LOCK):
        shutil.copyfile(ROOT / name, root / name)
    for name in ("node_modules/pyodide", "build/wheels", "build/cache"):
        (ROOT / name).mkdir(parents=True, exist_ok=True)
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).symlink_to(ROOT / name)
    return root


@pytest.fixture(scope="session")
def bundle(source: Path) -> Bundle:
    """The real bundle."""
    return Bundle(source / "build" / "runtime", build(source))


@pytest.fixture(scope="session")
def used(bundle: Bundle, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a Python that was started from the bundle says."""
    answers: dict[str, Any] = run_in_pyodide(USE, tmp_path_factory.mktemp("use"), bundle.path)
    return answers


@pytest.fixture
def checkout(source: Path, bundle: Bundle, tmp_path: Path) -> Path:
    """A copy of the checkout whose files can be spoiled."""
    root = tmp_path / "checkout"
    shutil.copytree(source, root, ignore=lambda folder, _: ["pyodide", "runtime"])
    (root / "node_modules" / "pyodide").symlink_to(NPM)
    return root


def build(root: Path) -> Manifest:
    return build_runtime(root, root / "build" / "runtime", image=False)


def refusal(root: Path) -> str:
    """Build, which must fail, and return what is said about it."""
    with pytest.raises(RuntimeBuildError) as caught:
        build(root)
    return str(caught.value)


def run_in_pyodide(program: str, folder: Path, bundle: Path | None) -> Any:
    """Run a program in Pyodide under Node and return the value of its JSON text."""
    path = folder / "program.py"
    path.write_text(program)
    command = ["node", "--input-type=module", "--eval", BOOT, str(NPM / "pyodide.mjs"), str(path)]
    done = subprocess.run(
        [*command, *([] if bundle is None else [str(bundle)])], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)


def unzip(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def make_zip(entries: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in entries.items():
            archive.writestr(name, text)
    return buffer.getvalue()


class TestManifest:
    def test_it_is_what_was_returned(self, bundle: Bundle) -> None:
        assert (bundle.path / "manifest.json").read_text() == bundle.manifest.to_json()

    def test_it_names_every_file_with_its_size_and_hash(self, bundle: Bundle) -> None:
        assert {path.name for path in bundle.path.iterdir()} == {
            "manifest.json",
            *(file.path for file in bundle.files()),
        }
        for file in bundle.files():
            data = bundle.read(file)
            assert (file.size, file.sha256) == (len(data), hashlib.sha256(data).hexdigest())
            assert re.fullmatch(rf"[\w.-]+\.{file.sha256[:10]}\.(mjs|wasm|zip|image|gz)", file.path)

    def test_it_has_the_roles_and_versions_that_the_page_expects(
        self, bundle: Bundle, used: dict[str, Any]
    ) -> None:
        manifest = bundle.manifest
        assert (manifest.schema, set(manifest.files) - {"image"}) == (2, {"asm", "wasm"})
        assert manifest.pyodide == json.loads((ROOT / "package.json").read_text())["dependencies"]["pyodide"]
        assert manifest.python == used["python"]

    def test_the_lock_file_names_no_package(self, bundle: Bundle) -> None:
        assert bundle.manifest.lock["packages"] == {}
        assert bundle.manifest.imports == (
            "afterswipe",
            "certifi",
            "faultlab",
            "h11",
            "httpcore",
            "httpx",
            "idna",
        )

    def test_an_archive_has_modules_under_its_names_alone(self, bundle: Bundle) -> None:
        for archive in bundle.manifest.archives:
            for entry in bundle.archives()[archive.name]:
                module = entry.removesuffix(".pyc").replace("/", ".")
                assert ".dist-info" in entry or any(
                    f"{module}.".startswith(f"{name}.") for name in archive.modules
                ), (archive.name, entry)

    def test_pyodide_is_what_was_installed_but_for_the_exports(self, bundle: Bundle) -> None:
        before = sections((NPM / "pyodide.asm.wasm").read_bytes())
        after = sections(bundle.read(bundle.manifest.files["wasm"]))
        shorter = after.pop(EXPORTS)
        assert len(shorter) < len(before.pop(EXPORTS)) / 10
        assert after == before
        # What the glue asks the module for by its name is there.
        glue = bundle.read(bundle.manifest.files["asm"]).decode()
        asked = re.findall(r'=wasmExports\["(\w+)"\]', glue)
        assert len(asked) > 300
        assert [name for name in asked if bytes([len(name)]) + name.encode() not in shorter] == []

    def test_the_glue_has_what_it_uses(self, bundle: Bundle) -> None:
        before = (NPM / "pyodide.asm.mjs").read_text()
        after = bundle.read(bundle.manifest.files["asm"]).decode()
        declared = re.compile(r"(?:^|[;}])(?:async )?(?:function |var )([\w$]+)")
        gone = set(declared.findall(before)) - set(declared.findall(after))
        assert len(gone) > 300
        # Without strings, properties and the names of properties; other names than these are those of parameters too.
        used = set(re.findall(r'(?<![\w$."])[A-Z_][\w$]*(?![\w$":])', after))
        assert gone & used == set()
        # Each address of a function of WebGL would be a module to compile, at every start.
        assert "_emscripten_glClear" in before
        assert re.findall(r"_emscripten_gl\w+", after) == []


#: The number of the section of a WebAssembly module that lists its exports.
EXPORTS = 7


def sections(module: bytes) -> dict[int, bytes]:
    """The sections of a WebAssembly module by their number."""
    found, at = {}, 8
    while at < len(module):
        kind, size, shift = module[at], 0, 0
        while True:
            at += 1
            size |= (module[at] & 127) << shift
            shift += 7
            if module[at] < 128:
                break
        found[kind] = module[at + 1 : at + 1 + size]
        at += 1 + size
    return found


class TestBudgets:
    """Bytes as a host sends them that does not compress, or that uses gzip; where it says so, brotli."""

    def test_the_core_and_the_first_program(self, bundle: Bundle) -> None:
        sizes = {archive.name: archive.packed.size for archive in bundle.manifest.archives}
        assert sizes["core"] <= 300_000
        assert sizes["story"] <= 40_000
        assert sizes["sources"] <= 165 * len([*claims.every()])  # fetched when a source is asked for
        wasm, asm = (len(gzip.compress(bundle.read(bundle.manifest.files[role]))) for role in ("wasm", "asm"))
        assert wasm + asm + sizes["stdlib"] + sizes["core"] + sizes["web"] <= 6_200_000

    def test_the_core_with_brotli(self, bundle: Bundle) -> None:
        (core,) = (archive for archive in bundle.manifest.archives if archive.name == "core")
        script = (
            "process.stdout.write(String(zlib.brotliCompressSync(fs.readFileSync(process.argv[1])).length))"
        )
        size = subprocess.check_output(["node", "--eval", script, bundle.path / core.path])
        assert int(size) <= 230_000

    def test_the_image(self, bundle: Bundle) -> None:
        image = bundle.manifest.files.get("image")
        if isinstance(image, ImageFile):
            assert image.packed.size <= 4_700_000

    def test_requests(self, bundle: Bundle) -> None:
        """Of a first run: the manifest, the glue and what was compiled, and the image or what stands in for it."""
        assert sum(archive.first for archive in bundle.manifest.archives) <= 3


class TestBytecode:
    def test_it_is_for_the_python_in_the_page(self, bundle: Bundle, used: dict[str, Any]) -> None:
        magic = bytes.fromhex(used["magic"])
        assert (magic == importlib.util.MAGIC_NUMBER) == (sys.version_info[:2] == (3, 14))
        for entries in bundle.archives().values():
            modules = [name for name in entries if name.endswith(".pyc")]
            assert modules or not entries
            for name in modules:
                # The second word says: hash-based, and not checked against a source file.
                assert entries[name][:8] == magic + b"\1\0\0\0", name

    def test_no_source_is_shipped(self, bundle: Bundle) -> None:
        for entries in bundle.archives().values():
            assert [name for name in entries if name.endswith((".py", ".pyi"))] == []

    def test_every_zip_is_packed_as_a_whole_and_holds_no_time(self, bundle: Bundle) -> None:
        for file in bundle.files():
            if not file.path.endswith((".zip", ".whl")):
                continue
            with zipfile.ZipFile(bundle.path / file.path) as archive:
                assert archive.namelist() == sorted(archive.namelist())
                for entry in archive.infolist():
                    assert entry.compress_type == zipfile.ZIP_STORED
                    assert entry.date_time == (1980, 1, 1, 0, 0, 0)
        for archive in bundle.manifest.archives:
            assert gzip.decompress(bundle.read(archive.packed)) == bundle.read(archive)

    def test_each_whole_wheel_keeps_a_true_record(self, bundle: Bundle) -> None:
        seen = 0
        for entries in bundle.archives().values():
            for record in [name for name in entries if name.endswith(".dist-info/RECORD")]:
                for name, checksum, size in [
                    line.split(",") for line in entries[record].decode().splitlines()
                ]:
                    digest = (
                        base64.urlsafe_b64encode(hashlib.sha256(entries[name]).digest()).decode().rstrip("=")
                    )
                    assert name == record or (checksum, size) == (f"sha256={digest}", str(len(entries[name])))
                    seen += 1
        assert seen > 50


class TestInPyodide:
    def test_it_runs_httpx_asyncio_and_sqlite(self, used: dict[str, Any]) -> None:
        assert used["paths"] == ["/0", "/1", "/2"]
        assert used["rows"] == [[2]]

    def test_every_module_came_as_bytecode(self, used: dict[str, Any]) -> None:
        assert used["not_from_zips"] == []

    def test_metadata_and_data_files_can_be_read_from_the_zips(
        self, bundle: Bundle, used: dict[str, Any]
    ) -> None:
        names = {name.replace("_", "-"): version for name, version in used["versions"].items()}
        assert names.keys() == {"afterswipe", "certifi", "h11", "httpcore", "httpx", "idna"}
        assert used["pem"] > 100_000

    def test_tracebacks_name_files_shortly(self, used: dict[str, Any]) -> None:
        assert used["frames"][1:] == ["/lib/site/httpx/_urls.py"]

    def test_help_works_for_our_own_package_only(self, used: dict[str, Any]) -> None:
        assert isinstance(used["own_docstring"], str)
        assert used["httpx_docstring"] is None

    def test_every_module_of_the_standard_library_still_imports(self, bundle: Bundle, tmp_path: Path) -> None:
        with zipfile.ZipFile(NPM / "python_stdlib.zip") as archive:
            shipped = [
                name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
                for name in archive.namelist()
                if name.endswith(".py")
                # Left out on purpose, or a program that would start.
                and not any(fnmatchcase(name, pattern) for pattern in runtime.DROPPED_FROM_STDLIB)
                and not name.endswith("__main__.py")
            ]
        names = sorted(
            {*shipped, *sys.stdlib_module_names} - {"__hello__", "__phello__", "antigravity", "idlelib"}
        )
        program = IMPORTS.replace("NAMES", repr(names))
        plain = run_in_pyodide(program, tmp_path, None)
        assert {"unittest", "sqlite3", "statistics", "zoneinfo", "concurrent.futures"} <= set(plain)
        assert run_in_pyodide(program, tmp_path, bundle.path) == plain


class TestRepeating:
    def test_another_build_gives_the_same_bytes(
        self, bundle: Bundle, checkout: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        shutil.rmtree(checkout / "build" / "cache")
        monkeypatch.setenv("PYTHONHASHSEED", "77")
        monkeypatch.setenv("TZ", "Pacific/Auckland")
        assert build(checkout) == bundle.manifest

    def test_what_the_process_has_seen_before_changes_nothing(self) -> None:
        source = make_zip({"module.py": "def outer():\n    class Inner: pass\n    return Inner\n"})
        before = repack(source, prefix="", optimize=0)
        known = sys.intern("outer.<locals>." + "Inner")
        assert repack(source, prefix="", optimize=0) == before, known

    def test_an_unchanged_tree_needs_neither_node_nor_network(
        self, bundle: Bundle, checkout: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        build(checkout)
        monkeypatch.setenv("PATH", "")
        monkeypatch.setenv("PIP_NO_INDEX", "1")
        assert build(checkout) == bundle.manifest

    def test_a_change_compiles_its_own_package_only(
        self, checkout: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (checkout / "src" / "afterswipe" / "new.py").write_text('"""New."""\n')
        put_node(checkout, 'process.stderr.write("x".repeat(1000)); process.exitCode = 3;', monkeypatch)
        said = refusal(checkout)
        assert "Compiling afterswipe in Pyodide failed" in said
        assert "x" * 300 in said
        assert "x" * 301 not in said

    def test_files_of_an_older_bundle_are_removed(self, bundle: Bundle, checkout: Path) -> None:
        folder = checkout / "build" / "runtime"
        folder.mkdir(parents=True)
        (folder / "core.0123456789.zip").write_bytes(b"older")
        build(checkout)
        assert {path.name for path in folder.iterdir()} == {file.path for file in bundle.files()} | {
            "manifest.json"
        }


class TestImage:
    """Of the checkout as it is, so that what the build has made is used."""

    def test_made_twice_it_is_the_same(self, tmp_path: Path) -> None:
        if find_chromium() is None:
            pytest.fail(
                "There is no Chromium, and the image is made in one. Run: make browser", pytrace=False
            )
        before = build_runtime(ROOT, ROOT / "build" / "runtime")
        kept = next((ROOT / "build" / "cache").glob("image.*.bin"))
        data = kept.read_bytes()
        kept.unlink()
        assert build_runtime(ROOT, tmp_path / "after") == before
        assert not re.search(rb"/hom[e]/(?!pyodide|web_user)", data)
        assert str(ROOT).encode() not in data

    def test_without_a_chromium_that_is_said(
        self, checkout: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv("PATH", "")
        monkeypatch.delenv("CHROMIUM", raising=False)
        assert "image" not in build_runtime(checkout, checkout / "build" / "runtime").files
        assert "No Chromium is here" in capsys.readouterr().out

    def test_what_does_not_fit_is_said(self) -> None:
        answer = Answer()
        answer.take("/failed", b"grown 99")
        with pytest.raises(RuntimeBuildError, match="has grown to 99 bytes, and an image can hold 31457280"):
            answer.image()


class TestRefusals:
    def test_a_flipped_byte_in_a_wheel(self, checkout: Path) -> None:
        (wheel,) = (checkout / "build" / "wheels").glob("httpx-*.whl")
        data = bytearray(wheel.read_bytes())
        data[5000] ^= 1
        wheel.write_bytes(data)
        said = refusal(checkout)
        assert f"{wheel} is not the file that {LOCK} names" in said
        assert "Delete the file" in said

    def test_another_hash_in_the_lock_file(self, checkout: Path) -> None:
        lock = checkout / LOCK
        lock.write_text(re.sub(r"(h11==.*\n.*sha256:)....", r"\g<1>0000", lock.read_text()))
        lock.write_text(re.sub(r"(h11==.*\n.*\n.*sha256:)....", r"\g<1>0000", lock.read_text()))
        assert re.search(
            r"h11-.*\.whl is not the file .*\n.*found .*\n.*expected sha256 0000", refusal(checkout)
        )

    def test_a_package_that_the_lock_file_lacks(self, checkout: Path) -> None:
        lock = checkout / LOCK
        lock.write_text(re.sub(r"idna==(.*\\\n)*.*\n", "", lock.read_text()))
        assert "anyio needs idna, which requirements-runtime.lock does not list" in refusal(checkout)

    def test_a_lock_file_without_hashes(self, checkout: Path) -> None:
        (checkout / LOCK).write_text("httpx==0.28.1\n")
        assert "httpx needs one exact version and a sha256 hash" in refusal(checkout)

    def test_no_network_and_no_wheels(self, checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        shutil.rmtree(checkout / "build" / "wheels")
        monkeypatch.setenv("PIP_NO_INDEX", "1")
        said = refusal(checkout)
        assert "pip could not download the wheels" in said
        assert "Connect to the network" in said

    @pytest.mark.parametrize(
        ("file_name", "entry"),
        [("thing-1.0-cp314-cp314-any.whl", "thing.py"), ("thing-1.0-py3-none-any.whl", "thing/fast.so")],
    )
    def test_a_wheel_that_is_not_pure_python(self, file_name: str, entry: str) -> None:
        metadata = "Metadata-Version: 2.1\nName: thing\nVersion: 1.0\n"
        data = make_zip({"thing/__init__.py": "", entry: "", "thing-1.0.dist-info/METADATA": metadata})
        with pytest.raises(RuntimeBuildError, match="is not pure Python"):
            runtime_wheels.read_wheel(file_name, data)

    def test_a_wheel_that_is_another_inside(self) -> None:
        data = make_zip(
            {"x.py": "", "x-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: y\nVersion: 2\n"}
        )
        with pytest.raises(RuntimeBuildError, match="says inside that it is y 2"):
            runtime_wheels.read_wheel("x-1.0-py3-none-any.whl", data)

    def test_no_pyodide(self, checkout: Path) -> None:
        (checkout / "node_modules" / "pyodide").unlink()
        assert re.search("pyodide is not there. Run `npm ci`, or `make`", refusal(checkout))

    def test_another_version_of_pyodide(self, checkout: Path) -> None:
        package = json.loads((checkout / "package.json").read_text())
        package["dependencies"]["pyodide"] = "1.2.3"
        (checkout / "package.json").write_text(json.dumps(package))
        assert re.search(
            r"holds Pyodide \S+, and package.json asks for 1.2.3. Run `npm ci`", refusal(checkout)
        )

    def test_no_node(self, checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        shutil.rmtree(checkout / "build" / "cache")
        monkeypatch.setenv("PATH", "")
        assert "Node is not installed" in refusal(checkout)

    def test_a_mistake_in_our_own_source(self, checkout: Path) -> None:
        (checkout / "src" / "afterswipe" / "wrong.py").write_text("def f(:\n")
        said = refusal(checkout)
        assert 'File "/lib/site/afterswipe/wrong.py", line 1' in said
        assert "SyntaxError" in said

    def test_a_project_that_cannot_be_built(self, checkout: Path) -> None:
        (checkout / "README.md").unlink()
        assert "The wheel of afterswipe cannot be built" in refusal(checkout)


def test_each_pattern_of_what_is_left_out_still_names_something() -> None:
    with zipfile.ZipFile(NPM / "python_stdlib.zip") as archive:
        names = archive.namelist()
    for pattern in runtime.DROPPED_FROM_STDLIB:
        assert any(fnmatchcase(name, pattern) for name in names), pattern


def put_node(root: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a `node` on the PATH that runs `script` whatever it is asked to run."""
    real = shutil.which("node")
    folder = root / "bin"
    folder.mkdir()
    (folder / "node").write_text(f"#!/bin/sh\nexec {real} --eval '{script}'\n")
    (folder / "node").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
