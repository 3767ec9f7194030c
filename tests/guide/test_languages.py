"""Python and Swift beside each other: what the Markdown makes of them."""

import re
from html import unescape

import markdown
import pytest

from guide import snippets
from guide.errors import BuildError
from guide.swift import languages


def render(text: str) -> str:
    return markdown.markdown(text, extensions=["guide.markdown", "toc", "md_in_html"])


BOTH = "/// snippet | story_upload\n///\n\nWords between.\n\n/// swift | story_upload\n///\n\nAfter."


def test_a_swift_file_stands_beside_the_snippet_of_its_name():
    page = render(f"Before.\n\n{BOTH}")
    frame = re.search(r'<div[^>]*class="languages".*?</run-snippet></div>', page, re.DOTALL)[0]
    assert frame.index("data-swift") < frame.index("<run-snippet")
    assert page.index("languages") < page.index("Words between.") < page.index("After.")
    assert page.startswith("<p>Before.</p>")


def test_both_are_in_the_page_and_python_is_chosen():
    page = render(BOTH)
    assert "final class" in re.sub(r"<[^>]+>", "", page)
    assert "async def post_story" in re.sub(r"<[^>]+>", "", page)
    assert re.findall(r'<input checked="checked" id="language-1-(\w+)"', page) == ["python"]
    assert len(re.findall(r'<label for="language-1-\w+">', page)) == 2


def test_every_frame_of_a_page_has_names_of_its_own():
    page = render(
        f"{BOTH}\n\n/// snippet | story_upload_assertion\n///\n\n/// swift | story_upload_assertion\n///"
    )
    ids = re.findall(r'<input[^>]* id="([^"]+)"', page)
    assert len(ids) == len(set(ids)) == 4
    assert len(set(re.findall(r'<input[^>]* name="([^"]+)"', page))) == 2


def test_a_swift_file_without_its_snippet_stays_where_it_is():
    page = render("Before.\n\n/// swift | story_upload\n///\n\nAfter.")
    assert "languages" not in page.replace("language-swift", "")
    assert page.index("Before.") < page.index("data-swift") < page.index("After.")


@pytest.mark.parametrize("name", sorted(path.stem for path in (snippets.FOLDER / "swift").glob("*.swift")))
def test_every_swift_file_says_how_far_it_was_checked_and_for_which_ios_it_is(name):
    page = languages.swift_html(name)
    assert languages.how_checked(name) in unescape(page)
    assert f"For apps from iOS {languages.oldest(name).removesuffix('.0')} on" in page
    assert f'href="site:reference/apple-symbols/#{name}"' in page


def test_the_newer_systems_that_a_file_checks_for_are_named():
    assert languages.systems("story_upload") == "For apps from iOS 16.2 on."
    assert (
        languages.systems("guide_by_version") == "For apps from iOS 16 on; it checks for 16.2, 17, 26 and 27."
    )
    assert languages.systems("run_photos") == "For apps from iOS 16 on; it checks for 27."


def test_an_unknown_swift_file_is_named():
    with pytest.raises(BuildError, match=r"no snippets/swift/nothing_here\.swift"):
        render("/// swift | nothing_here\n///")
