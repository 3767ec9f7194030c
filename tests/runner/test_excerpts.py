"""The search's excerpts: what stands in the index as HTML, as a line of text."""

import json
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

#: Prints what plain() makes of each of a JSON list of pieces on standard input.
SCRIPT = """
import { build } from "esbuild";
const made = await build({ entryPoints: ["src/runner/search/engine.ts"], bundle: true, write: false, format: "esm" });
const { plain } = await import("data:text/javascript," + encodeURIComponent(made.outputFiles[0].text));
let text = "";
for await (const piece of process.stdin) text += piece;
console.log(JSON.stringify(JSON.parse(text).map(plain)));
"""

PIECES = {
    "<p>Ask <code>a</code>, <code>b</code>; (<code>c</code>) or “<code>d</code>”.</p>": "Ask a, b; (c) or “d”.",
    "<p>Is it <code>a</code>? <code>b</code>'s, <code>c</code>\u2019s: <code>d</code>!</p>": "Is it a? b's, c\u2019s: d!",
    "<p>Cells:</p><code>a</code><code>b</code><ul><li>one</li><li>two</li></ul>": "Cells: a b one two",
    "<p>1 &lt; 2 &amp;&amp; &quot;a&quot; &#39;b&#39; &amp;lt;</p>": "1 < 2 && \"a\" 'b' &lt;",
}


def test_an_excerpt_has_no_gap_before_a_comma_and_one_between_cells() -> None:
    """Markup goes, words stay apart that stood apart, and what was escaped is itself."""
    made = subprocess.run(
        ["node", "--input-type=module", "--eval", SCRIPT],
        input=json.dumps(list(PIECES)),
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    assert json.loads(made.stdout) == list(PIECES.values())
