"""The rules catalogue: small, never stale, and the same in the wheel, whether that is built from a checkout or from the sdist."""

import json
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
import zlib
from dataclasses import fields
from pathlib import Path

import pytest
from hatchling.builders.sdist import SdistBuilder
from hatchling.builders.wheel import WheelBuilder

from afterswipe.claims import catalogue, compiling, sources

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src/afterswipe/claims"
BYTES_MAX = 25_000
"""What every run reads and the sentences together: about 41 bytes a claim."""


def test_it_is_small():
    files = compiling.compiled(PACKAGE / "data")
    sent = sum(len(zlib.compress(files[name], 9)) for name in (compiling.CATALOGUE, compiling.STATEMENTS))
    assert sent <= BYTES_MAX


def test_it_has_every_claim_and_all_that_a_run_needs():
    assert set(catalogue.rules()) == {file.stem for file in (PACKAGE / "data").glob("*.toml")}
    rule = catalogue.rule("background-assertion.duration")
    assert rule.value == catalogue.Value(30, "s", "typical")
    assert (rule.status, rule.evidence) == ("current", "vendor-statement")
    assert tuple(field.name for field in fields(catalogue.Rule)) == ("id", *compiling.COLUMNS)
    for file in sorted((PACKAGE / "data").glob("*.toml"))[::50]:
        assert catalogue.rule(file.stem).statement == tomllib.loads(file.read_text())["statement"]


def test_a_claim_is_its_rule_and_its_sources():
    for claim_id, rule in catalogue.rules().items():
        claim = sources.get(claim_id)
        assert isinstance(claim, catalogue.Rule)
        assert (claim.statement, claim.value, claim.displaces) == (rule.statement, rule.value, rule.displaces)
    assert sources.get("live-activity.gives-no-run-time").source[0].publisher == "Apple"


@pytest.fixture
def copy(tmp_path) -> Path:
    (tmp_path / "data").mkdir()
    (tmp_path / "sources").mkdir()
    for name in ("audio.runs-while-it-plays", "model.upload-chunk"):
        shutil.copy(PACKAGE / "data" / f"{name}.toml", tmp_path / "data")
    return tmp_path


def test_it_is_compiled_anew_when_a_file_differs_and_only_then(copy):
    first = compiling.made(copy, compiling.CATALOGUE)
    made = (copy / compiling.CATALOGUE).stat().st_mtime_ns
    assert compiling.made(copy, compiling.CATALOGUE) == first
    assert (copy / compiling.CATALOGUE).stat().st_mtime_ns == made
    claim = copy / "data" / "model.upload-chunk.toml"
    claim.write_text(claim.read_text().replace("model.upload-chunk", "model.upload-piece", 1))
    assert b"upload-piece" in compiling.made(copy, compiling.CATALOGUE)


def test_git_ignores_what_is_compiled():
    for name in (compiling.CATALOGUE, compiling.STATEMENTS, compiling.SOURCES):
        assert subprocess.run(["git", "check-ignore", "-q", PACKAGE / name], cwd=ROOT).returncode == 0


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    return Path(next(iter(WheelBuilder(str(ROOT)).build(directory=str(folder), versions=["standard"]))))


def test_the_wheel_has_the_files_its_types_and_no_toml(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        assert {"afterswipe/py.typed", "faultlab/py.typed", "afterswipe/claims/sources/__init__.py"} <= names
        assert not [name for name in names if name.endswith((".toml", "compiling.py", "ids.txt"))]
        compiled = compiling.compiled(PACKAGE / "data")
        for name, data in compiled.items():
            assert archive.read(f"afterswipe/claims/{name}") == data


def test_the_sdist_builds_the_same_wheel(wheel, tmp_path):
    packed = next(iter(SdistBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"])))
    with tarfile.open(packed) as archive:
        archive.extractall(tmp_path / "unpacked", filter="data")
    (root,) = (tmp_path / "unpacked").iterdir()
    again = next(
        iter(WheelBuilder(str(root)).build(directory=str(tmp_path / "again"), versions=["standard"]))
    )
    assert Path(again).read_bytes() == wheel.read_bytes()


def test_a_program_runs_from_the_wheel_without_its_sources(wheel, tmp_path):
    core = tmp_path / "core.zip"
    with zipfile.ZipFile(wheel) as whole, zipfile.ZipFile(core, "w") as part:
        for name in whole.namelist():
            if "claims/sources/" not in name:
                part.writestr(name, whole.read(name))
    program = (
        "import json, sys\nfrom afterswipe import Phone\n\nasync def work(app):\n    app.begin_background_task('upload')\n\n"
        "phone = Phone()\nphone.open(work)\nphone.swipe_up()\nphone.wait(minutes=1)\n"
        "print(json.dumps([phone.why()[0].statement, 'afterswipe.claims.sources' in sys.modules]))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program],
        env={"PYTHONPATH": str(core)},
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    assert ran.returncode == 0, ran.stderr
    statement, loaded = json.loads(ran.stdout)
    assert statement
    assert loaded is False
