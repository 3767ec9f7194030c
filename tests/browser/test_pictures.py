"""Pictures from Python: drawn when they hold what our drawings hold, refused otherwise."""

import pytest
from playwright.sync_api import expect

from .snippet_page import Snippet, Source
from .watching import Opener, Tab, Watch

GOOD = """<svg xmlns="http://www.w3.org/2000/svg" width="100%" height="60" role="img" font-family="system-ui, sans-serif">\
<title>A "line" &amp; a box</title><desc>Two marks</desc>\
<defs><pattern id="p" width="4" height="4" patternUnits="userSpaceOnUse"><path d="M0 4L4 0"/></pattern>\
<clipPath id="c"><rect width="50%" height="60"/></clipPath></defs>\
<g clip-path="url(#c)"><rect x="10%" y="10" width="50%" height="20" fill="var(--as-run, #14735a)"/>\
<rect width="9" height="9" fill="url(#p)" aria-label="url (of a feed)"/></g><svg x="50%" overflow="visible"/>\
<text x="5%" y="50">words <tspan font-weight="600">here</tspan></text></svg>"""

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" '

HOSTILE = {
    "script": HEAD + "><script>window.hit = 1</script></svg>",
    "handler": HEAD + 'onload="window.hit = 1"/>',
    "nested handler": HEAD + '><rect onclick="window.hit = 1"/></svg>',
    "foreign": HEAD + '><foreignObject><p xmlns="http://www.w3.org/1999/xhtml">x</p></foreignObject></svg>',
    "html": '<svg xmlns="http://www.w3.org/2000/svg"><img xmlns="http://www.w3.org/1999/xhtml" src="x"/></svg>',
    "link": HEAD + '><a href="javascript:window.hit=1"><text>x</text></a></svg>',
    "use": HEAD + '><use href="https://example.org/x.svg#a"/></svg>',
    "xlink": HEAD
    + 'xmlns:xlink="http://www.w3.org/1999/xlink"><rect xlink:href="https://example.org/"/></svg>',
    "image": HEAD + '><image href="https://example.org/x.png"/></svg>',
    "style element": HEAD + "><style>* { display: none }</style></svg>",
    "style attribute": HEAD + 'style="position: fixed"/>',
    "class": HEAD + 'class="md-header"/>',
    "outer url": HEAD + '><rect fill="url(https://example.org/x.svg#a)"/></svg>',
    "hidden url": HEAD + '><rect fill="u\\72l(https://example.org/x.svg#a)"/></svg>',
    "animation": HEAD + '><set attributeName="href" to="https://example.org/"/></svg>',
    "entities": '<!DOCTYPE svg [<!ENTITY a "aaaa">]>' + HEAD + "><text>&a;</text></svg>",
    "not closed": HEAD + "><g>",
    "not SVG": "<p>text</p>",
    "empty": "",
}


def program(*markups: str) -> str:
    """Code that shows these pictures with a line of text before and after each."""
    return f"import _display\nprint('before')\nfor markup in {list(markups)!r}:\n    _display.svg(markup)\n    print('after')\n"


def test_pictures_come_in_order_with_the_text(tab: Tab) -> None:
    snippet = tab.snippet(program(GOOD, GOOD))
    snippet.run()
    expect(snippet.status).to_contain_text("Finished")
    picture = '[picture: A "line" & a box]\n'
    assert snippet.result() == f"before\n{picture}after\n{picture}after\n"
    expect(snippet.pictures.first).to_be_visible()
    expect(snippet.pictures.first.locator("rect").nth(1)).to_have_attribute("fill", "var(--as-run, #14735a)")


def test_ids_of_two_pictures_do_not_meet(tab: Tab) -> None:
    snippet = tab.snippet(program(GOOD, GOOD))
    snippet.run()
    expect(snippet.pictures).to_have_count(2)
    ids = snippet.root.locator("[id]").evaluate_all("(elements) => elements.map((element) => element.id)")
    assert len(ids) == len(set(ids)) == 4
    for number in range(2):
        clip = snippet.pictures.nth(number).locator("g").get_attribute("clip-path")
        own = snippet.pictures.nth(number).locator("clipPath").get_attribute("id")
        assert clip == f"url(#{own})"


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_picture_is_refused(tab: Tab, tab_watch: Watch, name: str) -> None:
    tab_watch.allow("inline event handler")  # the policy refuses it too
    page = tab.page({"example.py": Source(program(HOSTILE[name]))})
    snippet = Snippet(page, "example.py")
    snippet.run()
    expect(snippet.status).to_contain_text("Finished")
    expect(snippet.notes).to_contain_text("A picture is not shown:")
    expect(snippet.pictures).to_have_count(0)
    assert page.evaluate("window.hit") is None
    assert snippet.result().startswith("before\n")
    assert snippet.result().endswith("after\n")


def test_a_picture_must_be_a_string(tab: Tab) -> None:
    snippet = tab.snippet("import _display\n_display.svg(b'<svg/>')\n")
    snippet.run()
    expect(snippet.error).to_contain_text("TypeError: svg() takes SVG markup as a str, not bytes")


def test_text_is_never_markup(opener: Opener) -> None:
    code = """
import js, time
html = "<img src=x onerror='window.hit = 1'><b>bold</b>"
print(html)
while not hasattr(js, "go"): time.sleep(0.01)  # until the page shows the first line
print(html)
raise ValueError(html)  # <b>
"""
    snippet = opener.snippet(code)
    snippet.run()
    expect(snippet.output).to_contain_text("bold")
    snippet.page.workers[0].evaluate("self.go = true")
    expect(snippet.status).to_contain_text("Error")
    assert snippet.result().count("<b>bold</b>") == 3
    assert snippet.output.locator("img, b").count() == 0
