"""The errors, the bounds, and the public names are what they say they are."""

import dataclasses
import inspect
import re
from pathlib import Path

import afterswipe.sync
from afterswipe.sync import Limits, errors
from afterswipe.sync.errors import SyncError

HERE = Path(afterswipe.sync.__file__).parent


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
