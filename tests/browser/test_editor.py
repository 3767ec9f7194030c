"""Editing: the editor, the keyboard, and the honest label of the output."""

import re

from playwright.sync_api import expect

from .serving import StaticServer
from .snippet_page import Snippet, Source
from .watching import Opener, Tab, Watch


def test_changed_code_gives_a_changed_result(tab: Tab) -> None:
    snippet = tab.snippet("print('one')\n")
    snippet.button("Edit").click()
    expect(snippet.editor).to_be_focused()
    expect(snippet.editor).to_have_attribute("aria-label", re.compile("Code of example.py"))
    snippet.write("print('two')\n")
    expect(snippet.label).to_have_text("Tested output, before your change")
    snippet.run()
    expect(snippet.status).to_contain_text("Finished")
    assert snippet.result() == "two\n"
    expect(snippet.label).to_have_text("Output of your version")
    snippet.write("print('three')\n")
    expect(snippet.label).to_have_text("Output of your version, before your change")
    snippet.button("Reset").click()
    expect(snippet.editor).to_have_count(0)
    expect(snippet.root.locator(".snippet-code pre")).to_have_text("print('one')")
    expect(snippet.label).to_have_text("Tested output")
    assert snippet.result() == "tested\n"
    snippet.run()
    expect(snippet.status).to_contain_text("Finished")
    assert snippet.result() == "one\n"
    expect(snippet.label).to_have_text("Output of this run")


def test_the_editor_loads_when_someone_edits(opener: Opener, server: StaticServer) -> None:
    snippet = opener.snippet("print('one')\n")
    snippet.run()
    expect(snippet.output).to_have_text("one")
    assert not server.asked("/editor.")
    snippet.button("Edit").click()
    expect(snippet.editor).to_be_visible()
    assert len(server.asked("/editor.")) == 1


def test_the_editor_takes_the_place_of_the_code(tab: Tab) -> None:
    snippet = tab.snippet("def f(x):\n    return x\n\nprint(f(1))\n")
    code = snippet.root.locator(".snippet-code")
    before = code.bounding_box()
    snippet.root.locator(".snippet-code pre").dblclick()
    expect(snippet.editor).to_be_focused()
    after = code.bounding_box()
    assert before is not None
    assert after is not None
    assert abs(before["height"] - after["height"]) < 1
    expect(snippet.editor.locator(".tok-keyword").first).to_have_text("def")


def test_an_editor_that_does_not_load(opener: Opener, server: StaticServer, watch: Watch) -> None:
    watch.allow("Failed to load resource")
    server.fail("/editor.", "missing")
    snippet = opener.snippet("print('one')\n")
    snippet.button("Edit").click()
    expect(snippet.notice).to_contain_text("The editor could not be loaded.")
    snippet.run()
    expect(snippet.status).to_contain_text("Finished")
    server.heal()
    snippet.button("Edit").click()
    expect(snippet.editor).to_be_focused()


def test_the_line_of_an_error_is_marked_in_the_editor(tab: Tab) -> None:
    snippet = tab.snippet("print('one')\n")
    snippet.write("a = 1\nb = 2\nraise ValueError('here')\n")
    snippet.run()
    expect(snippet.status).to_have_text("Error in line 3")
    expect(snippet.root.locator(".cm-line.snippet-marked")).to_have_text("raise ValueError('here')")
    expect(snippet.error).to_contain_text("ValueError: here")
    snippet.editor.press("End")
    snippet.editor.press("Enter")
    expect(snippet.mark).to_have_count(0)


def test_by_keyboard_alone(tab: Tab) -> None:
    page = tab.page({"example.py": Source("print('one')\n")})
    snippet = Snippet(page, "example.py")
    page.get_by_role("link", name="A link before").focus()
    for word in ("Copy", "Edit", "Run"):
        page.keyboard.press("Tab")
        expect(snippet.button(word)).to_be_focused()
        expect(snippet.button(word)).to_have_accessible_name(f"{word} example.py")
    page.keyboard.press("Enter")
    expect(snippet.status).to_contain_text("Finished")
    expect(snippet.button("Run")).to_be_focused()
    page.keyboard.press("Tab")
    expect(snippet.root.locator(".snippet-code pre")).to_be_focused()
    page.keyboard.press("Control+Enter")
    expect(snippet.status).to_have_text(re.compile("Running|Finished"))
    expect(snippet.status).to_contain_text("Finished")
    page.keyboard.press("Enter")
    expect(snippet.editor).to_be_focused()
    page.keyboard.press("Control+Home")
    page.keyboard.type("if True:\nprint('typed')")
    page.keyboard.press("Control+Enter")
    expect(snippet.output).to_contain_text("typed")
    expect(snippet.editor).to_be_focused()
    page.keyboard.press("Control+Home")
    page.keyboard.press("Tab")
    expect(snippet.editor).to_be_focused()
    expect(snippet.editor).to_contain_text("    if True:")
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="A link after")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(snippet.editor).to_be_focused()


def test_stop_by_keyboard_gives_the_focus_to_run(tab: Tab) -> None:
    snippet = tab.snippet("print('begun')\nwhile True:\n    pass\n")
    snippet.button("Run").focus()
    snippet.page.keyboard.press("Enter")
    expect(snippet.output).to_have_text("begun")
    expect(snippet.button("Run")).to_be_focused()
    snippet.button("Stop").focus()
    snippet.page.keyboard.press("Enter")
    expect(snippet.status).to_have_text("Stopped")
    expect(snippet.button("Run")).to_be_focused()


def test_code_changed_during_a_run_is_not_marked(opener: Opener) -> None:
    snippet = opener.snippet("print('one')\n")
    snippet.write("import js, time\nprint('begun')\nwhile not hasattr(js, 'go'): time.sleep(0.01)\n1 / 0\n")
    snippet.run()
    expect(snippet.output).to_have_text("begun")
    snippet.write("print('other')\n" * 9)
    snippet.page.workers[0].evaluate("self.go = true")
    expect(snippet.status).to_have_text("Error in line 4")
    expect(snippet.mark).to_have_count(0)
    expect(snippet.label).to_have_text("Output of your version, before your change")
