"""The search's excerpts: what stands in the index as HTML, as a line of text."""

from tests.runner.in_node import in_node

PIECES = {
    "<p>Ask <code>a</code>, <code>b</code>; (<code>c</code>) or “<code>d</code>”.</p>": "Ask a, b; (c) or “d”.",
    "<p>Is it <code>a</code>? <code>b</code>'s, <code>c</code>\u2019s: <code>d</code>!</p>": "Is it a? b's, c\u2019s: d!",
    "<p>Cells:</p><code>a</code><code>b</code><ul><li>one</li><li>two</li></ul>": "Cells: a b one two",
    "<p>1 &lt; 2 &amp;&amp; &quot;a&quot; &#39;b&#39; &amp;lt;</p>": "1 < 2 && \"a\" 'b' &lt;",
}


def test_an_excerpt_has_no_gap_before_a_comma_and_one_between_cells() -> None:
    """Markup goes, words stay apart that stood apart, and what was escaped is itself."""
    made = in_node("search/engine.ts", "given.map(module.plain)", list(PIECES))
    assert made == list(PIECES.values())
