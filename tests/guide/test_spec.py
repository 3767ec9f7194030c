"""The SPEC page names every invariant with its test, and nothing that is not there: checked both ways."""

import re

import pytest

from afterswipe import Event, State, claims
from guide.errors import BuildError
from guide.pages import spec


def test_every_invariant_of_the_tests_is_on_the_page_and_every_one_on_the_page_is_tested():
    line = re.compile(r"^\*\*(I\d+)\.\*\* .* Test: `test_invariants\.py\[(\w+)\]`\.$", re.MULTILINE)
    on_the_page = dict(line.findall(spec.spec()))
    from tests.afterswipe.invariants import INVARIANTS
    from tests.afterswipe.planted import BUGS

    assert list(on_the_page) == list(INVARIANTS)
    assert on_the_page == {bug.breaks: name for name, bug in BUGS.items()}


def test_the_named_tests_exist():
    for file, name in (spec.ALWAYS, spec.BREAKS):
        assert name in spec.tests_of(file)
        assert name in spec.spec()


def test_an_invariant_without_a_bug_is_refused(monkeypatch):
    bugs = spec.planted_bugs()
    monkeypatch.setattr(spec, "planted_bugs", lambda: {key: bug for key, bug in bugs.items() if key != "I3"})
    with pytest.raises(BuildError, match="I3"):
        spec.spec()


def test_a_test_that_was_renamed_is_refused(monkeypatch):
    monkeypatch.setattr(spec, "ALWAYS", ("test_state_machine.py", "test_of_another_name"))
    with pytest.raises(BuildError, match="test_of_another_name"):
        spec.spec()


def test_the_picture_has_a_cell_for_every_event_and_state():
    picture = spec.matrix()
    assert picture.count("<rect") == len(Event) * len(State)
    assert all(event.value in picture for event in Event)


def test_what_every_module_leaves_out_is_on_the_page():
    left_out, page = spec.not_modelled(), spec.spec()
    said = [
        path.stem for path in spec.MODEL.rglob("*.py") if "Not modelled" in path.read_text(encoding="utf-8")
    ]
    assert len(left_out) >= 10
    assert {name.rpartition(".")[2] for name in left_out} == set(said), (
        "write it as a paragraph: `Not modelled: ...`"
    )
    assert all(words in page for words in left_out.values())


def test_every_gap_is_on_the_page():
    page = spec.spec()
    gaps = {claim.id for claim in claims.every() if claim.kind == "gap"}
    assert gaps <= set(re.findall(r"\{claim:([\w.-]+)\}", page))
