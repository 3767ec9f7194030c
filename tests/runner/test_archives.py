"""The finder for archives that are fetched when a program imports from them, in CPython."""

import gzip
import hashlib
import importlib.util
import io
import sys
import zipfile
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

SPEC = importlib.util.spec_from_file_location(
    "runner_archives", Path(__file__).resolve().parents[2] / "src/runner/archives.py"
)
assert SPEC is not None
assert SPEC.loader is not None
MODULE = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(MODULE)

NAMES = ("one_of_tests", "two_of_tests")


def a_zip(entries: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in entries.items():
            archive.writestr(name, text)
    return buffer.getvalue()


CORE = a_zip({"one_of_tests/__init__.py": "", "one_of_tests/core.py": "here = 1"})
MORE = a_zip({"one_of_tests/more/__init__.py": "from one_of_tests import core\nhere = core.here + 1"})
TWO = a_zip({"two_of_tests.py": "here = 3"})


@pytest.fixture
def fetched(tmp_path: Path) -> Iterator[dict[str, bytes | None]]:
    """What the site answers, by path; what was fetched is taken out. CORE is in place."""
    files: dict[str, bytes | None] = {"more.1.zip": MORE, "two.1.zip": TWO}
    entries = [
        ("core", "core.1.zip", hashlib.sha256(CORE).hexdigest(), ["one_of_tests"]),
        ("more", "more.1.zip", hashlib.sha256(MORE).hexdigest(), ["one_of_tests.more"]),
        ("two", "two.1.zip", hashlib.sha256(TWO).hexdigest(), ["two_of_tests"]),
    ]
    (tmp_path / "core.zip").write_bytes(CORE)
    archives = MODULE.Archives(entries, files.pop, str(tmp_path))
    sys.path.append(f"{tmp_path}/core.zip")
    archives.install(["core"])
    yield files
    sys.meta_path.remove(archives)
    sys.path.remove(f"{tmp_path}/core.zip")
    for name in [name for name in sys.modules if name.startswith(NAMES)]:
        del sys.modules[name]


def test_what_is_there_needs_nothing(fetched: dict[str, bytes | None]) -> None:
    assert import_module("one_of_tests.core").here == 1
    assert set(fetched) == {"more.1.zip", "two.1.zip"}


def test_a_part_of_a_package_is_fetched_when_it_is_imported(fetched: dict[str, bytes | None]) -> None:
    assert import_module("one_of_tests.more").here == 2
    assert set(fetched) == {"two.1.zip"}


def test_a_name_that_nobody_has_fetches_nothing(fetched: dict[str, bytes | None]) -> None:
    with pytest.raises(ModuleNotFoundError):
        import_module("three_of_tests")
    with pytest.raises(ModuleNotFoundError):
        import_module("one_of_tests.nothing")
    assert set(fetched) == {"more.1.zip", "two.1.zip"}


def test_what_gzip_has_packed_is_unpacked(fetched: dict[str, bytes | None]) -> None:
    fetched["two.1.zip"] = gzip.compress(TWO)
    assert import_module("two_of_tests").here == 3


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, "the site does not answer"),
        (b"other", "is damaged"),
        (gzip.compress(TWO)[:-9], "is damaged"),
        (gzip.compress(MORE), "is damaged"),
    ],
)
def test_what_cannot_be_had_is_one_error_in_words_and_is_tried_again(
    fetched: dict[str, bytes | None], answer: bytes | None, words: str
) -> None:
    fetched["two.1.zip"] = answer
    with pytest.raises(ImportError, match=f"two_of_tests could not be loaded: .*{words}"):
        import_module("two_of_tests")
    fetched["two.1.zip"] = TWO
    assert import_module("two_of_tests").here == 3
