"""The tree of errors, the bounds, and the public names are what they say they are."""

import dataclasses
import inspect
import re
from pathlib import Path

import afterswipe.sync
from afterswipe.sync import Limits, errors
from afterswipe.sync.errors import SyncError

HERE = Path(afterswipe.sync.__file__).parent


def drawn() -> dict[str, str]:
    """The tree in the docstring: each error's parent."""
    parents, line_of = {}, {}
    for line in errors.__doc__.splitlines():
        if match := re.match(r"([│ ├└─]*)([A-Z]\w+)", line):
            depth = len(match[1]) // 4
            line_of[depth] = match[2]
            if depth:
                parents[match[2]] = line_of[depth - 1]
    return parents


def test_the_tree_that_is_drawn_is_the_tree():
    classes = {
        name: kind.__base__.__name__
        for name, kind in inspect.getmembers(errors, inspect.isclass)
        if issubclass(kind, SyncError)
    }
    assert drawn() == classes


def test_every_error_is_public():
    leaves = {
        name for name, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, SyncError)
    }
    assert leaves <= set(afterswipe.sync.__all__)
    assert sorted(afterswipe.sync.__all__, key=str.casefold) == sorted(
        set(afterswipe.sync.__all__), key=str.casefold
    )
    assert all(hasattr(afterswipe.sync, name) for name in afterswipe.sync.__all__)


def test_s11_every_limit_is_one_that_something_obeys():
    code = "".join(path.read_text() for path in HERE.rglob("*.py") if path.name != "limits.py")
    unused = [field.name for field in dataclasses.fields(Limits) if f"limits.{field.name}" not in code]
    assert unused == []


def test_every_limit_says_what_it_is():
    source = (HERE / "limits.py").read_text()
    told = re.findall(r"^    (\w+): .*\n    \"\"\"", source, re.MULTILINE)
    untold = [field.name for field in dataclasses.fields(Limits) if field.name not in told]
    assert untold == []
