"""The pages as texts: facts have markers, words are spelt, product managers can read theirs, and nothing is left out of the navigation."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

import afterswipe
from afterswipe import sync
from guide import front_matter, snippets
from guide.checks import reading_level
from guide.checks import sentences as sentence_lint
from guide.finish import page_marks
from guide.pages import api as api_page
from guide.pages import generate

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
GENERATED = set(generate.made()) | {"claims.md"}
PAGES = sentence_lint.pages(ROOT)
CHAPTERS = {
    path: text
    for path, text in PAGES.items()
    if path.parent in {DOCS, DOCS / "errors", DOCS / "other-work"}
    and path.stem not in {"index", "how-we-know"}
}


def name(path: object) -> str:
    return path.relative_to(DOCS).as_posix() if isinstance(path, Path) else ""


# Facts have markers.


def test_every_sentence_that_states_a_fact_has_its_marker():
    wrong = sentence_lint.check(PAGES, ROOT)
    assert wrong == [], "\n" + "\n".join(wrong)


def lint(text: str) -> list[str]:
    return sentence_lint.check({DOCS / "page.md": text}, ROOT)


@pytest.mark.parametrize(
    ("sentence", "why"),
    [
        ("It holds for about 30 seconds.", "a number with a unit"),
        ("A card may have 4 KB of data.", "a number with a unit"),
        ("Since iOS 26 there is another way.", "a version"),
        ("Then the system ends the app.", "what the system does"),
        ("iOS never wakes it.", "what the system does"),
        ("Apple advises against it.", "what Apple says or does"),
        ("A Live Activity gives no run time.", "what a mechanism does"),
        ("It may read the file for 10 minutes and open it.", "a number with a unit"),
        ("**Every force quit** ends it.", "what a mechanism does"),
        ("It is so.{claim:base.one} Since iOS 26 it is not.", "a version"),
        ("- A list item.\n- It takes 5 minutes.", "a number with a unit"),
        ("| After | What |\n| --- | --- |\n| 30 seconds | It ends. |", "a number with a unit"),
        ("Two lines of one\nparagraph take 3 hours.", "a number with a unit"),
    ],
)
def test_a_fact_without_a_marker_is_found(sentence, why):
    (wrong,) = lint(f"# Title\n\n{sentence}\n")
    assert why in wrong
    assert "Add {claim:ID}" in wrong


@pytest.mark.parametrize(
    "text",
    [
        "It holds for about 30 seconds.{claim:background-assertion.duration}",
        "It holds for about 30 seconds.<!-- no claim: the run above shows it -->",
        "What will the card say after 3 minutes?",
        "In this run the app has 30 seconds.",
        "Change `LEAVES_AFTER` to 45 seconds and run again.",
        "“The system ends your app after 30 seconds.”",
        "[What is new in iOS 26](page.md)",
        "- [It has 30 seconds. What if it takes longer?](#q1)",
        "- **A force quit.** It is another thing.",
        "```text\nThe system ends it after 30 seconds.\n```",
        "/// picture | story_upload.2\nLeft after 2 seconds.\n///",
        "The person leaves after 2 seconds.\n\n/// snippet | swoop\n///",
        "On iOS 13 to iOS 18 it is one thing,{claim:base.one} and since iOS 26 another.{claim:base.two}",
        "It holds for 30 seconds.{claim:base.one}\n\n## Key points\n\n1. 30 seconds are all.",
    ],
)
def test_what_needs_no_marker_is_left_alone(text):
    assert lint(f"# Title\n\n{text}\n") == []


def test_a_waiver_without_a_reason_does_not_count():
    assert len(lint("# T\n\nIt holds for 30 seconds.<!-- no claim: -->\n")) == 1


def test_a_number_in_the_key_points_must_stand_in_a_marked_sentence():
    (wrong,) = lint(
        "# T\n\nIt holds for 30 seconds.{claim:base.one}\n\n## Key points\n\n1. 40 seconds are all.\n"
    )
    assert "docs/page.md:7" in wrong
    assert "a number (40)" in wrong


def test_the_line_is_that_of_the_file():
    (wrong,) = lint("---\ndescription: D\n---\n\n# T\n\nWords.\n\n- One.\n- The system ends it.\n")
    assert wrong.startswith("docs/page.md:10:")


# Leads can be quoted, and a sentence has one mark.

LEAD = re.compile(r"^# .*?\n+(?:<p [^>]*>)?(.*?[.?]”?)(?:\*\*|\{claim|<|\s|$)", re.MULTILINE)


def lead(text: str) -> str:
    """The first sentence below a page's title, without its marks."""
    body = re.sub(r"<!--.*?-->", "", front_matter.split(text)[1], flags=re.DOTALL)
    found = LEAD.search(body)
    assert found, body[:200]
    return re.sub(r"\*|\{claim:[^}]*\}", "", found[1])


@pytest.mark.parametrize("path", CHAPTERS, ids=name)
def test_a_lead_can_be_quoted(path):
    assert len(lead(CHAPTERS[path]).split()) < 25, lead(CHAPTERS[path])


def test_a_lead_is_the_first_sentence():
    assert lead("---\na: b\n---\n<!-- made -->\n# T\n\n**One, two.**{claim:a.b} Three.\n") == "One, two."
    assert (
        lead('# T\n\n<p class="lead" markdown>Since iOS 26.1 it is so.{claim:a.b}</p>\n')
        == "Since iOS 26.1 it is so."
    )


def test_no_sentence_has_two_marks():
    wrong = sentence_lint.check_marks(PAGES, ROOT)
    assert wrong == [], "\n" + "\n".join(wrong)


@pytest.mark.parametrize(
    "sentence",
    [
        "It runs{claim:a.b} and stops.{claim:c.d}",
        "It stops.{claim:a.b}{claim:c.d}",
        "A **lock**, “as told”,{claim:a.b} stops it.{claim:c.d} Another one.",
        "- One of a list{claim:a.b} with two.{claim:c.d}",
        "| A cell{claim:a.b} with two.{claim:c.d} | Another |",
        "<li>In a list{claim:a.b} too.{claim:c.d}</li>",
    ],
)
def test_two_marks_in_a_sentence_are_found(sentence):
    (wrong,) = sentence_lint.check_marks({DOCS / "page.md": f"# T\n\n{sentence}\n"}, ROOT)
    assert wrong.startswith("docs/page.md:3:")
    assert "one marker at its end: {claim:ID,ID}" in wrong


@pytest.mark.parametrize(
    "sentence",
    [
        "It runs.{claim:a.b} It stops.{claim:c.d}",
        "It runs and stops.{claim:a.b,c.d}",
        "Since iOS 26.1 it runs.{claim:a.b} *Then* it stops.{claim:c.d}",
        "| A cell.{claim:a.b} | Another{claim:c.d} |",
        "<li>One{claim:a.b}</li> <li>Two{claim:c.d}</li>",
    ],
)
def test_one_mark_for_each_sentence_is_fine(sentence):
    assert sentence_lint.check_marks({DOCS / "page.md": f"# T\n\n{sentence}\n"}, ROOT) == []


def test_a_marker_with_a_space_in_it_is_found():
    (wrong,) = sentence_lint.check_marks({DOCS / "page.md": "# T\n\nIt stops.{claim:a.b, c.d}\n"}, ROOT)
    assert "without a space" in wrong


def test_swipe_away_is_not_said_where_leaving_is_meant():
    """“Leave the app” is one thing, a force quit another; “swipe away” alone means neither."""
    said = [
        f"{name(path)}: {found}"
        for path, text in PAGES.items()
        for found in re.findall(r"[^.\n]*\bswip\w+ (?:an |the |it )?(?:app )?away\b[^.\n]*", text)
        if "card" not in found
        and "Dynamic Island" not in found
        and "#" not in found
        and "switcher" not in found
    ]
    assert said == []


# Words.


def spell(*arguments: str, text: str = "") -> list[str]:
    """The words that the dictionary does not know, as `file:line:column - …`."""
    command = [
        ROOT / "node_modules/.bin/cspell",
        "lint",
        "--no-progress",
        "--no-summary",
        "--config",
        "cspell.json",
    ]
    done = subprocess.run([*command, *arguments], cwd=ROOT, input=text, capture_output=True, text=True)
    assert done.returncode in (0, 1), done.stderr
    return done.stdout.splitlines()


def test_every_word_is_spelt_as_the_british_do():
    wrong = spell("--exclude", "docs/c/**", "docs/**/*.md", "*.md", "snippets/*.py")
    assert wrong == [], "Correct the word, or add it to tests/words.txt:\n" + "\n".join(wrong)


def test_a_misspelt_and_an_american_word_are_found():
    found = spell(
        "stdin://page.md",
        text="# T\n\nTeh behavior of a color is organized. Its behaviour and colour are organised.\n",
    )
    assert [re.search(r"\((\w+)\)", line)[1] for line in found] == ["Teh", "behavior", "color", "organized"]


def test_the_word_list_is_sorted_and_needed():
    words = (ROOT / "tests/words.txt").read_text(encoding="utf-8").splitlines()[1:]
    assert words == sorted(set(words), key=str.lower)


# For whom.


@pytest.mark.parametrize("path", CHAPTERS, ids=name)
def test_every_chapter_says_for_whom_it_is_and_describes_itself(path):
    keys, body = front_matter.split(CHAPTERS[path])
    assert keys.get("audience") in page_marks.AUDIENCES
    assert 40 <= len(keys.get("description", "")) <= 200
    assert body.lstrip().startswith(("# ", "<"))


FOR_MANAGERS = [
    path
    for path, text in CHAPTERS.items()
    if front_matter.split(text)[0].get("audience") in {"product managers", "both"}
]


@pytest.mark.parametrize("path", FOR_MANAGERS, ids=name)
def test_a_product_manager_can_read_what_is_for_product_managers(path):
    assert reading_level.grade(CHAPTERS[path]) <= reading_level.HIGHEST


def test_the_grade_is_the_automated_readability_index():
    # 4 sentences, 24 words, 108 letters and digits.
    text = "The app was left alone. Its card stays on the screen all day. Nobody had told it anything new.{claim:a.b} Then the owner came back again."
    words = re.sub(r"\{.*?\}", "", text).replace(".", "").split()
    expected = 4.71 * sum(map(len, words)) / len(words) + 0.5 * len(words) / 4 - 21.43
    assert reading_level.grade(f"# T\n\n{text}\n") == pytest.approx(expected)


def test_a_hard_text_is_found_hard():
    hard = (
        "Notwithstanding considerable organisational difficulties, contemporary implementations incorporate sophisticated "
        "synchronisation infrastructure, necessitating extraordinarily comprehensive documentation throughout."
    )
    assert reading_level.grade(f"# T\n\n{hard}\n") > reading_level.HIGHEST
    assert reading_level.grade("# T\n\n```\ncode\n```\n") == 0


# Nothing is left out.


class _Config(yaml.SafeLoader):
    """mkdocs.yml has a tag of its own, !ENV."""


_Config.add_constructor("!ENV", lambda loader, node: loader.construct_sequence(node))


def navigation(entries: list) -> list[tuple[str, list[str]]]:
    return [(title, listed_in(target)) for entry in entries for title, target in entry.items()]


def listed_in(target: str | list) -> list[str]:
    """The pages of an entry, also of those within it."""
    if isinstance(target, str):
        return [target]
    return [page for entry in target for inner in entry.values() for page in listed_in(inner)]


def test_the_navigation_has_its_parts_and_every_page_once():
    config = yaml.load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"), Loader=_Config)
    parts = navigation(config["nav"])
    assert [title for title, _ in parts] == [
        "Overview",
        "The confusion",
        "What can run",
        "Building it",
        "Find your way in",
        "By platform and framework",
        "For product managers",
        "Reference",
    ]
    listed = [page for _, pages in parts for page in pages]
    assert sorted(listed) == sorted(set(listed))
    assert set(listed) == {name(path) for path in PAGES} | GENERATED


def test_every_snippet_is_on_a_page_or_says_why_not():
    reasons = tomllib.loads((ROOT / "src/guide/pages/reference_only.toml").read_text(encoding="utf-8"))[
        "snippets"
    ]
    shown = set(
        re.findall(
            r"^/// (?:snippet|picture|moments) \| (\w+)",
            "\n".join([*PAGES.values(), *generate.made().values()]),
            re.MULTILINE,
        )
    )
    swift = {path.stem for path in (snippets.FOLDER / "swift").glob("*.swift")}
    assert set(snippets.names()) - shown - set(reasons) == set(), (
        "Show each on a page, or list it in src/guide/pages/reference_only.toml with the reason."
    )
    assert set(reasons) & shown == set(), "These are on a page. Take them off the list."
    assert set(reasons) <= set(snippets.names()), "These do not exist. Take them off the list."
    named = set(re.findall(r"^/// swift \| (\w+)", "\n".join(PAGES.values()), re.MULTILINE))
    assert swift == named, "Every Swift file stands on a page, and every page has its Swift file."


def test_every_block_of_a_page_has_its_file():
    assert snippets.check_pages(DOCS) == []


# The reference of the package.


def test_every_public_name_is_documented_and_tried():
    """What is not a class is used in a snippet or in a test; a class may also be what a program is handed."""
    api = "\n".join(api_page.rooms().values())
    tests = (ROOT / "tests" / "afterswipe").glob("*.py")
    tried = "\n".join(
        [*map(snippets.source, snippets.names()), *(test.read_text(encoding="utf-8") for test in tests)]
    )
    undocumented = [
        public for public in afterswipe.__all__ if not re.search(rf"\bafterswipe\.(?:\w+\.)?{public}\b", api)
    ]
    plain = [public for public in afterswipe.__all__ if not isinstance(getattr(afterswipe, public), type)]
    untried = [public for public in plain if not re.search(rf"\b{public}\b", tried)]
    assert undocumented == [], "Add each to a page in docs/reference/api/."
    assert untried == [], "Use each in a snippet or in a test."


def test_every_public_name_of_the_sync_engine_is_documented():
    api = "\n".join(api_page.rooms().values())
    assert "::: afterswipe.sync.errors\n" in api
    named = set(re.findall(r"^::: afterswipe\.sync\.(\w+)$", api, re.MULTILINE))
    assert {public for public in sync.__all__ if not hasattr(sync.errors, public)} <= named


def test_every_public_name_has_a_docstring():
    functions = [getattr(afterswipe, public) for public in afterswipe.__all__]
    assert [one.__name__ for one in functions if callable(one) and not (one.__doc__ or "").strip()] == []


def cells(row: str) -> int:
    text = re.sub(r"`[^`]*`|\\\|", "", row.strip())
    return len(text.removeprefix("|").removesuffix("|").split("|"))


def test_every_row_of_a_table_has_as_many_cells_as_its_head():
    """A cell too many is left out of the page without a word."""
    wrong = []
    for page, text in PAGES.items():
        head = 0
        for number, line in enumerate(text.splitlines(), 1):
            head = line.startswith("|") and (head or cells(line))
            if head and cells(line) != head:
                wrong.append(
                    f"{page.relative_to(ROOT)}:{number}: {cells(line)} cells under a head of {head}: {line[:60]}"
                )
    assert wrong == []
