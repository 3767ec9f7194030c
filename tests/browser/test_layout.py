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


def test_on_a_phone_a_run_is_seen_where_it_was_asked_for(browser: Browser, server: StaticServer) -> None:
    """The output is further down than the window is high: beside the button stands what happens, and the way there."""
    code = "".join(f"print({number}, flush=True)\n" for number in range(40))
    tested = "".join(f"{number}\n" for number in range(40))
    sources = {"same.py": Source(code, tested=tested), "other.py": Source(code, tested="another\n")}
    context = browser.new_context(
        viewport={"width": 390, "height": 400}, has_touch=True, is_mobile=True, reduced_motion="reduce"
    )
    server.pages["/phone.html"] = render(sources, server.root / "_run")
    page = context.new_page()
    page.goto(f"{server.origin}/phone.html")
    for file, words in (
        ("same.py", "The output is the same as before."),
        ("other.py", "The output has changed."),
    ):
        snippet = Snippet(page, file)
        result = snippet.root.locator(".snippet-result")
        expect(result).to_be_hidden()
        snippet.root.locator(".snippet-bar").evaluate(
            "(bar) => scrollBy(0, bar.getBoundingClientRect().top - 150)"
        )
        expect(snippet.root.locator(".snippet-output")).not_to_be_in_viewport(ratio=0.5)
        snippet.button("Run").tap()
        expect(result).to_contain_text(words)
        expect(result).to_contain_text("Finished in")
        expect(result).to_be_in_viewport()
        snippet.button("Show the output").tap()
        expect(snippet.label).to_be_in_viewport()
        expect(snippet.root.locator(".snippet-output")).to_be_focused()
    context.close()


def test_on_a_phone_long_code_is_folded_and_opens(browser: Browser, server: StaticServer) -> None:
    sources = {"long.py": Source("print(1)\n" * 40), "short.py": Source("print(1)\n" * 20)}
    server.pages["/folded.html"] = render(sources, server.root / "_run")
    heights = {}
    for width in (390, 1280):
        context = browser.new_context(viewport={"width": width, "height": 800}, has_touch=True)
        page = context.new_page()
        page.goto(f"{server.origin}/folded.html")
        long, short = Snippet(page, "long.py"), Snippet(page, "short.py")
        expect(long.button("Run")).to_be_visible()
        code = long.root.locator(".snippet-code")
        heights[width] = code.bounding_box()["height"]
        expect(short.button("Show all")).to_have_count(0)
        if width == 390:
            assert heights[width] < short.root.locator(".snippet-code").bounding_box()["height"]
            long.button("Show all 40 lines").tap()
            expect(long.button("Show all")).to_have_count(0)
        assert code.bounding_box()["height"] > 600
        context.close()
    assert heights[390] < 350 < heights[1280]


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
