"""A part of the phone that is built late is as if it had always been there: built all at once, every run is the run that it was."""

import json
import subprocess
import sys
from functools import cached_property

import pytest

from afterswipe import Phone
from afterswipe.app import Application
from tests.golden import making

WALKS = 200


@pytest.fixture
def all_at_once(monkeypatch):
    """Every part of a phone and of a process is built at its start."""
    for whole in (Phone, Application):
        begin = whole.__init__

        def begun(self, *arguments, begin=begin, **named):
            begin(self, *arguments, **named)
            for kind in type(self).__mro__:
                for name, part in vars(kind).items():
                    if isinstance(part, cached_property):
                        getattr(self, name)

        monkeypatch.setattr(whole, "__init__", begun)


@pytest.mark.parametrize("name", making.with_a_phone())
def test_a_snippet_runs_as_it_does_with_late_parts(name, all_at_once):
    assert making.of_snippet(*making.run(name)) == json.loads(making.SNIPPETS.read_text())[name]


def test_walks_go_as_they_do_with_late_parts(all_at_once):
    before = json.loads(making.WALKS.read_text())
    assert {seed: making.of_walk(seed) for seed in range(WALKS)} == {
        seed: before[str(seed)] for seed in range(WALKS)
    }


def test_all_at_once_is_not_what_a_phone_does():
    assert "daemon" not in vars(Phone())


def test_all_at_once_means_all(all_at_once):
    assert {"daemon", "cards", "widgets"} <= set(vars(Phone()))


def test_a_phone_reads_the_frameworks_that_its_program_uses_and_no_other() -> None:
    program = (
        "import contextlib, io, runpy, sys\n"
        "with contextlib.redirect_stdout(io.StringIO()):\n"
        "    runpy.run_path('snippets/story_upload.py')\n"
        "print(*sorted({name.split('.')[2] for name in sys.modules if name.startswith('afterswipe.frameworks.')}))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["activitykit", "uikit", "urlsession"]


def test_a_phone_that_nobody_looks_at_reads_no_picture() -> None:
    program = (
        "import sys\nfrom afterswipe import Phone\nPhone()\n"
        "print(*sorted(name for name in sys.modules if name.startswith('afterswipe.seen.')))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["afterswipe.seen.lock_screen", "afterswipe.seen.svg"]
