"""Whether an output has columns is asked twice: in Python for the tested output on the page, in TypeScript for a run's."""

import json
import subprocess
from pathlib import Path

from guide import snippets

ROOT = Path(__file__).resolve().parents[2]

#: Prints what hasColumns() says of each of a JSON list of texts on standard input.
SCRIPT = """
import { build } from "esbuild";
const made = await build({ entryPoints: ["src/runner/output.ts"], bundle: true, write: false, format: "esm" });
const { hasColumns } = await import("data:text/javascript," + encodeURIComponent(made.outputFiles[0].text));
let text = "";
for await (const piece of process.stdin) text += piece;
console.log(JSON.stringify(JSON.parse(text).map(hasColumns)));
"""

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
    made = subprocess.run(
        ["node", "--input-type=module", "--eval", SCRIPT],
        input=json.dumps(texts),
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    said = json.loads(made.stdout)
    assert said == [snippets.has_columns(text) for text in texts]
    assert said[: len(TEXTS)] == list(TEXTS.values())
    assert any(said[len(TEXTS) :])
