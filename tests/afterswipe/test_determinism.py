"""The same script and seed give the same record in every Python; another seed gives another.

The digests of `digests.py` are compared between this interpreter, every other CPython from 3.12 on that is installed here, and
Pyodide under Node. What is not installed is not compared.
"""

import json
import os
import random
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import httpx
import pytest

from . import digests

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ROOT / "src"
INSTALLED = Path(httpx.__file__).resolve().parents[1]
PYODIDE = ROOT / "node_modules" / "pyodide"
SCRIPT = Path(digests.__file__)


@cache
def here() -> dict[str, str]:
    return digests.digests()


def other_pythons() -> list[str]:
    """Every other CPython from 3.12 on: on the path, or among pyenv's."""
    found = [shutil.which(f"python3.{minor}") for minor in range(12, 16)]
    found += [
        str(path) for path in sorted((Path.home() / ".pyenv" / "versions").glob("3.1[2-9]*/bin/python"))
    ]
    this = Path(sys.executable).resolve()
    return [path for path in dict.fromkeys(found) if path and Path(path).resolve() != this and starts(path)]


def starts(python: str) -> bool:
    return subprocess.run([python, "--version"], capture_output=True).returncode == 0


def asked(command: list[str]) -> dict[str, str]:
    environment = {**os.environ, "PYTHONPATH": f"{SOURCES}{os.pathsep}{INSTALLED}", "PYTHONHASHSEED": "3"}
    result = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=300)
    assert result.returncode == 0, result.stderr[-2000:]
    return json.loads(result.stdout)["digests"]


def test_the_same_again_in_this_interpreter():
    assert digests.digests() == here()


@pytest.mark.parametrize(
    "python", other_pythons() or [pytest.param("", marks=pytest.mark.skip("no other Python"))]
)
def test_another_python_gives_the_same_records(python: str):
    assert asked([python, "-B", str(SCRIPT)]) == here()


@pytest.mark.skipif(
    not (PYODIDE / "pyodide.mjs").is_file() or not shutil.which("node"), reason="no Pyodide, or no Node"
)
def test_the_browser_s_python_gives_the_same_records():
    runner = SCRIPT.with_name("in_pyodide.mjs")
    assert asked(["node", str(runner), str(PYODIDE), str(SCRIPT), str(SOURCES), str(INSTALLED)]) == here()


@pytest.mark.parametrize("name", ["story", "left in the middle"])
def test_another_seed_gives_another_record(name: str):
    assert here()[f"{name}, seed 1, iOS 18"] != here()[f"{name}, seed 2, iOS 18"]


def test_the_record_does_not_depend_on_the_rest_of_the_program():
    random.seed(99)
    random.random()
    assert digests.digests() == here()


def test_each_entry_counts():
    from afterswipe import Phone

    phone = Phone()
    digests.story(phone)
    before = phone.record.digest()
    phone.lock()
    assert phone.record.digest() != before
