"""What readers see and touch: nothing moves, nothing scrolls sideways, buttons are large enough."""

from playwright.sync_api import Browser, Page, expect

from .serving import StaticServer
from .snippet_page import Snippet, Source, render
from .watching import Opener

LONG = {
    "a_rather_long_name_of_a_snippet.py": Source(
        "import sys\n# "
        + "long " * 40
        + "\nprint('wide ' * 80, flush=True)\nraise ValueError('wide ' * 30)\n",
        tested="tested " * 60 + "\n",
    )
}

ENDLESS = {"endless.py": Source("print('begun')\nwhile True:\n    pass\n")}


def overflow(page: Page) -> int:
    """By how many pixels the page can be scrolled sideways."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def test_nothing_moves_when_the_buttons_come(browser: Browser, opener: Opener, server: StaticServer) -> None:
    sources = {"a.py": Source("print(1)\n" * 5), "b.py": Source("print(2)\n", parts=""), **LONG}
    with_script = opener.page(sources)
    expect(Snippet(with_script, "a.py").button("Run")).to_be_visible()
    context = browser.new_context(viewport={"width": 1280, "height": 900}, java_script_enabled=False)
    without = context.new_page()
    without.goto(with_script.url)
    for file in sources:
        for part in ("", " .snippet-bar", " .snippet-code", " .snippet-output", " .snippet-text"):
            selector = f'run-snippet[source="{file}"]{part}'
            assert without.locator(selector).bounding_box() == with_script.locator(selector).bounding_box(), (
                selector
            )
    context.close()


def test_a_narrow_page_does_not_scroll_sideways(browser: Browser, server: StaticServer) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    server.pages["/narrow.html"] = render({**LONG, **ENDLESS}, server.root / "_run")
    page = context.new_page()
    page.goto(f"{server.origin}/narrow.html")
    snippet, endless = Snippet(page, next(iter(LONG))), Snippet(page, "endless.py")
    assert overflow(page) == 0
    snippet.button("Edit").tap()
    expect(snippet.editor).to_be_visible()
    assert overflow(page) == 0
    snippet.button("Run").tap()
    expect(snippet.status).to_contain_text("Error in line")
    assert overflow(page) == 0
    endless.button("Run").tap()
    snippet.button("Run").tap()
    expect(endless.output).to_have_text("begun")
    expect(snippet.status).to_have_text("Waiting for endless.py")
    assert overflow(page) == 0
    for button in page.get_by_role("button").all():
        box = button.bounding_box()
        assert box is not None
        assert box["height"] >= 40, button
        assert box["width"] >= 40, button
    context.close()


def test_motion_only_for_those_who_want_it(opener: Opener) -> None:
    page = opener.page(ENDLESS)
    endless = Snippet(page, "endless.py")
    endless.run()
    expect(endless.output).to_have_text("begun")
    animation = "getComputedStyle(document.querySelector('.snippet-bar'), '::after').animationName"
    assert page.evaluate(animation) == "snippet-running"
    page.emulate_media(reduced_motion="reduce")
    assert page.evaluate(animation) == "none"


def test_on_paper_there_are_code_and_output_only(opener: Opener) -> None:
    page = opener.page(ENDLESS)
    endless = Snippet(page, "endless.py")
    page.emulate_media(media="print")
    expect(endless.button("Run")).to_be_hidden()
    expect(endless.status).to_be_hidden()
    expect(endless.output).to_be_visible()


def test_output_that_scrolls_is_in_reach_of_the_keyboard(opener: Opener) -> None:
    snippet = opener.snippet("for i in range(200):\n    print(i)\n")
    snippet.run()
    expect(snippet.status).to_contain_text("Finished")
    text = snippet.output.locator(".snippet-text")
    expect(text).to_have_attribute("tabindex", "0")
    assert text.evaluate("(text) => text.scrollHeight > text.clientHeight")


def test_names_for_those_who_do_not_see_the_buttons(opener: Opener) -> None:
    page = opener.page({"one.py": Source("print(1)\n"), "two.py": Source("print(2)\n")})
    for file in ("one.py", "two.py"):
        snippet = Snippet(page, file)
        for word in ("Run", "Edit", "Copy"):
            expect(snippet.button(word)).to_have_accessible_name(f"{word} {file}")
        expect(snippet.root.get_by_role("group", name=f"Tested output of {file}")).to_be_visible()
        expect(snippet.status).to_have_count(1)
