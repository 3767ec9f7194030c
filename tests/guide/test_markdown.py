"""What our Markdown makes of a page, and what it says where the page is wrong."""

import html
import re

import markdown
import pytest

from guide import snippets
from guide.errors import BuildError
from guide.swift import languages


def render(text: str) -> str:
    return markdown.markdown(text, extensions=["tables", "guide.markdown"])


def plain(markup: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "", markup))


@pytest.mark.parametrize("name", snippets.names())
def test_a_snippet_is_in_the_page_as_it_is_in_its_file(name: str):
    page = render(f"Before.\n\n/// snippet | {name}\n///\n\nAfter.")
    code = re.search(r"<code[^>]*>(.*?)</code>", page, re.DOTALL)
    assert plain(code[1]) == snippets.source(name)
    text = "".join(
        plain(part) for part in re.findall(r'<pre class="snippet-text"[^>]*>(.*?)</pre>', page, re.DOTALL)
    )
    pictures = page.count('<div class="snippet-picture">')
    accepted = snippets.accepted(name)
    assert text.split() == re.sub(r"^\[picture: .*\]$", "", accepted.text, flags=re.MULTILINE).split()
    assert pictures == len(accepted.pictures)
    assert page.startswith("<p>Before.</p>")
    assert page.endswith("<p>After.</p>")


def test_text_and_pictures_keep_their_order():
    kinds = [kind for kind, _ in snippets.accepted("story_upload").parts()]
    assert kinds == ["picture", "text", "picture"]


def test_a_marker_is_no_word_of_the_sentence_for_the_search():
    page = render("It stops.{claim:life-cycle.suspended-runs-no-code} On.")
    assert re.search(r'<a [^>]*class="claim [^>]*data-search-exclude=""', page)


def test_a_link_that_leaves_the_guide_says_so():
    page = render("[there](https://a.example/), [here](here.md), {claim:life-cycle.suspended-runs-no-code}")
    assert re.findall(r'<a [^>]*rel="external"[^>]*>(.*?)</a>', page) == ["there"]


def test_a_claim_marker_is_a_link_with_the_evidence():
    page = render("It stops.{claim:life-cycle.suspended-runs-no-code} On.")
    assert 'href="claim:life-cycle.suspended-runs-no-code"' in page
    assert "claim-vendor-statement" in page
    assert ">said by Apple</a>" in page


def test_a_marker_of_several_claims_shows_the_weakest_and_names_all():
    documented, assumed = "life-cycle.suspension-is-the-default", "model.time-until-suspension"
    for ids in (f"{documented},{assumed}", f"{assumed},{documented}"):
        page = render(f"It is suspended.{{claim:{ids}}}")
        assert page.count("<a ") == 1
        assert (
            f'class="claim claim-assumed" data-search-exclude="" href="claim:{assumed},{documented}"' in page
        )
        assert ">assumed</a>" in page


def test_a_table_of_a_run_leaves_names_of_code_as_they_are():
    html = render("/// outcome | guide_minute_by_minute\nA caption.\n///\n")
    assert ">didFinishLaunching, sceneWillEnterForeground, sceneDidBecomeActive</td>" in html
    assert ">Not running</td>" in html


def test_in_a_marker_of_several_claims_an_unknown_one_is_named():
    with pytest.raises(BuildError, match=r"life-cycle\.no-such"):
        render("It stops.{claim:life-cycle.suspended-runs-no-code,life-cycle.no-such}")


def test_swift_says_how_far_it_was_checked():
    page = render("/// swift | story_upload\n///")
    assert page.startswith('<div class="swift" data-swift="story_upload">')
    assert languages.how_checked("story_upload") in plain(page)


def test_a_picture_has_its_caption_as_markdown():
    page = render("/// picture | story_upload.2\nA *picture*.\n///")
    assert "<svg" in page
    assert "<em>picture</em>" in page


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "/// snippet | nothing_here\n///",
            r"There is no snippet snippets/nothing_here\.py\. There are: .*swoop",
        ),
        ("/// swift | nothing_here\n///", r"no snippets/swift/nothing_here\.swift"),
        ("/// picture | story_upload.7\nX\n///", r"has 2 picture"),
        ("A sentence.{claim:no.such-claim}", r"no\.such-claim.*Correct the id"),
    ],
)
def test_a_mistake_in_a_page_stops_the_build_and_says_what_to_do(text, words):
    with pytest.raises(BuildError, match=words):
        render(text)


def test_a_missing_output_says_how_to_accept_it(tmp_path, monkeypatch):
    monkeypatch.setattr(snippets, "FOLDER", tmp_path)
    (tmp_path / "new.py").write_text('"""New."""\nprint(1)\n')
    with pytest.raises(BuildError, match="make accept"):
        snippets.accepted("new")
    assert snippets.accept("new", snippets.run(tmp_path / "new.py")) == ["new.out"]
    assert snippets.accepted("new").text == "1\n"
    (tmp_path / "new.out").write_text("[picture: lost]\n")
    with pytest.raises(BuildError, match=r"new\.1\.svg is missing"):
        snippets.accepted("new")


def test_a_block_that_names_nothing_is_found_with_file_line_and_remedy(tmp_path):
    page = tmp_path / "docs" / "page.md"
    page.parent.mkdir()
    page.write_text("# Title\n\n/// snippet | nothing_here\n///\n\n/// snippet | swoop\n///\n")
    (wrong,) = snippets.check_pages(page.parent)
    assert wrong.startswith("docs/page.md:3: There is no snippet snippets/nothing_here.py. There are:")


def test_a_wide_table_names_its_columns_in_each_cell_for_phones():
    """Red before: a comment in the column's name was read out in each of its cells."""
    html = render(
        "| A | B `c` | C<!-- no claim: so --> | D |\n| --- | --- | --- | --- |\n| 1 | 2 | 3 | 4 |\n"
    )
    assert "data-stacked" in html
    assert re.findall(r'<td data-label="([^"]*)">', html) == ["A", "B c", "C", "D"]
    assert "data-stacked" not in render("| A | B | C |\n| --- | --- | --- |\n| 1 | 2 | 3 |\n")


def test_a_table_of_three_columns_is_wide_where_it_begins_with_long_names():
    wide, narrow = "`targetMaximumExceeded`", "`denied`"
    assert "data-stacked" in render(f"| A | B | C |\n| --- | --- | --- |\n| {wide} | 2 | 3 |\n")
    assert "data-stacked" not in render(f"| A | B | C |\n| --- | --- | --- |\n| {narrow} | {wide} | 3 |\n")


@pytest.mark.parametrize(
    ("row", "stacked"),
    [
        (("a", "b " * 80, "c"), True), (("a", "b " * 60, "c"), False),
        (("responsibilities", "notifications", "application"), False), (("responsibilities", "notifications", "applications"), True),
    ],
)  # fmt: skip
def test_a_table_of_three_columns_is_wide_where_its_rows_or_words_are_long(row, stacked):
    """Red before: a row a screen high, or a word that was broken because its column had no room for it."""
    html = render(f"| A | B | C |\n| --- | --- | --- |\n| {' | '.join(row)} |\n")
    assert ("data-stacked" in html) == stacked


@pytest.mark.parametrize(
    ("heading", "first", "also"),
    [
        ("It stops: " + "and stands " * 9, "It stops:", "and stands"),
        ("`-1`, a long name of an error, " + "and another " * 8, "<code>-1</code>, a long name of an error,", "and another"),
        ("“A word, quoted”, `code` and more: " + "words " * 14, "“A word, quoted”, <code>code</code> and more:", "words"),
        ("`" + "x" * 99 + "`: short", None, None),
        ("“" + "never, ever " * 9 + "”", None, None),
        ("A short one: is left", None, None),
    ],
)  # fmt: skip
def test_a_long_heading_has_its_first_words_large_and_in_the_contents(heading, first, also):
    html = render(f"## {heading}\n")
    assert re.sub("<[^>]+>", "", html).split() == re.sub("`", "", heading).split(), "every word stays"
    found = re.fullmatch(r'<h2[^>]*>(.*) <span class="also">(.*)</span></h2>', html)
    assert (found and found[1]) == first
    assert found is None or found[2].startswith(also)


@pytest.mark.parametrize(
    ("row", "stacked"),
    [(("a", "b " * 130), True), (("a", "b " * 110), False), (("targetMaximumExceeded", "x" * 30), False)],
)
def test_a_table_of_two_columns_is_wide_where_its_rows_are_long(row, stacked):
    """Red before: eighteen lines of two words."""
    html = render(f"| A | B |\n| --- | --- |\n| `{row[0]}` | {row[1]} |\n")
    assert ("data-stacked" in html) == stacked
    assert "data-stacked" not in render(f"| A |\n| --- |\n| {'long ' * 99} |\n")


@pytest.mark.parametrize(
    ("cell", "short"), [("`not` running, **said**", True), ("`not` running, **for a long time**", False)]
)
def test_a_wide_table_of_short_cells_says_so(cell, short):
    html = render(f"| A | B | C | D |\n| --- | --- | --- | --- |\n| {'a long name ' * 4} | {cell} | 3 | |\n")
    assert ('data-stacked="short"' in html) == short


def test_what_a_snippet_prints_as_a_table_is_one():
    html = render("/// outcome | strategies_table\nA caption.\n///\n")
    printed = snippets.accepted("strategies_table").text.splitlines()
    assert html.count("<tr>") == len(printed)
    assert "<th>Strategy</th>" in html
    assert '<td data-label="Card misled">0.8 s (frozen)</td>' in html
    assert "<figcaption>\n<p>A caption.</p>" in html
    below = render("/// outcome | strategies_monte_carlo\nA caption.\n///\n")
    assert "</table>\n<p>Bytes are counted in pieces of at most 10 % of a story.</p>" in below
    with pytest.raises(BuildError, match="is no table"):
        render("/// outcome | story_upload\n///\n")


@pytest.mark.parametrize(
    ("name", "columns"), [("chunks_chained", True), ("callbacks", False), ("card_stale_date", False)]
)
def test_an_output_of_columns_is_not_broken_on_a_phone(name, columns):
    """Red before: the last column of each row stood below the first."""
    assert ('<pre class="snippet-text" data-columns>' in snippets.html(name)) is columns
