"""Whether an output has columns is asked twice: in Python for the tested output on the page, in TypeScript for a run's."""

from guide import snippets
from tests.runner.in_node import ROOT, in_node

TEXTS = {
    "one  two  three\n" * 3: True,
    "one  two  three\n" * 2: False,
    "one two  three\n" * 3: False,
    "one   two and more    3\n" * 3: True,
    "é  ü  ß\n" * 3: True,
    "100 %  3 %  “so”\n" * 3: False,
    "": False,
}


def test_both_say_the_same_of_every_output() -> None:
    tested = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "snippets").glob("*.out"))]
    texts = [*TEXTS, *tested]
    said = in_node("output.ts", "given.map(module.hasColumns)", texts)
    assert said == [snippets.has_columns(text) for text in texts]
    assert said[: len(TEXTS)] == list(TEXTS.values())
    assert any(said[len(TEXTS) :])
