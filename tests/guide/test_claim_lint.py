"""Every linter fires on its example and on nothing else, and the real claims pass them all."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from afterswipe import ClaimError
from afterswipe import claims as reader
from guide import snippets
from guide.checks import claim_rules, claim_texts
from guide.checks import claims as claim_lint
from guide.claims.schema import parse
from tests.guide.claim_making import RETRACTED, SOUND, TODAY, claim

EXAMPLES = sorted((Path(__file__).parent / "claims_fail").glob("*.toml"))
WITHOUT_EXAMPLE = {
    "ids-stay",
    "markers-lead-somewhere",
    "opinions-stay-out",
    "demonstrations-point-back",
}  # a claim's file cannot break them; tested below


@pytest.fixture
def folder(tmp_path):
    """A small checkout: pages, snippets and a package that all is well with."""
    for name in ("docs", "snippets", "package"):
        (tmp_path / name).mkdir()
    (tmp_path / "snippets" / "prints_a_word.py").write_text('print("word")\n')
    return tmp_path


def check(folder, claims, *, ledger=None, today=TODAY):
    ids = [one.id for one in claims] if ledger is None else ledger
    (folder / "ids.txt").write_text("".join(f"{claim_id}\n" for claim_id in sorted(set(ids))))
    return claim_lint.check(
        claims, folder / "docs", folder / "snippets", folder / "ids.txt", today, package=folder / "package"
    )


def rules(messages):
    return {message.rpartition("[")[2].rstrip("]") for message in messages}


def read(path):
    text = path.read_text(encoding="utf-8")
    claim_id = text.split('"', 2)[1]
    return parse(text, f"{claim_id}.toml")


def test_the_sound_claims_of_these_tests_pass(folder):
    assert check(folder, [SOUND, RETRACTED]) == []


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_each_failing_example_fires_its_rule_and_no_other(folder, path):
    example = read(path)
    claims = [SOUND, RETRACTED, example]
    ledger = [one.id for one in claims if path.stem != "ids-are-registered" or one is not example]
    today = TODAY if path.stem != "review-in-time" else example.review_by + timedelta(days=91)
    assert rules(check(folder, claims, ledger=ledger, today=today)) == {path.stem}


def test_every_rule_has_a_failing_example():
    assert {path.stem for path in EXAMPLES} | WITHOUT_EXAMPLE == {*claim_rules.RULES, *claim_lint.RULES}


def test_the_whole_data_set_passes():
    messages = claim_lint.check(
        reader.every(), claim_lint.ROOT / "docs", snippets.FOLDER, claim_lint.LEDGER, date(2026, 11, 21)
    )
    assert messages == []


def test_a_message_names_file_line_and_remedy(folder):
    data = folder / "package" / "claims" / "data"
    data.mkdir(parents=True)
    path = next(path for path in EXAMPLES if path.stem == "banned-words")
    (data / "example.banned-words.toml").write_text(path.read_text())
    (message,) = check(folder, [read(path)])
    assert f"{data}/example.banned-words.toml:2: " in message
    assert "leave the word out" in message


def test_the_line_of_a_source_is_that_of_the_source(folder):
    path = next(path for path in EXAMPLES if path.stem == "contradiction-shows")
    text = path.read_text().splitlines()
    place = claim_texts.Place("supports", 1)
    line = place.line("\n".join(text))
    assert text[line - 1] == 'supports = "contradicts"'


def test_an_id_can_never_vanish(folder):
    (message,) = check(folder, [SOUND], ledger=["base.current", "base.gone"])
    assert message.startswith(f"{folder}/ids.txt:2: the claim 'base.gone' is gone")
    assert "Bring its file back" in message


def test_registering_adds_ids_and_takes_none_out(folder):
    ledger = folder / "ids.txt"
    ledger.write_text("base.gone\n")
    assert claim_lint.register([SOUND], ledger) == ["base.current"]
    assert ledger.read_text() == "base.current\nbase.gone\n"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("docs/page.md", "# Page\n\nA sentence.{claim:base.nowhere}\n"),
        ("snippets/one.py", '"""A run (claim base.nowhere)."""\n'),
        ("snippets/swift/one.swift", "// Line one\n// claim `base.nowhere`\n"),
        ("package/part.py", '"""What is so (claim\nbase.nowhere)."""\n'),
        ("package/part.py", '"""Claims: base.nowhere."""\n'),
        ("package/part.py", 'number("base.nowhere")\n'),
    ],
)
def test_a_marker_without_a_claim_is_found_with_its_line(folder, name, text):
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    (message,) = check(folder, [SOUND])
    line = 1 + next(number for number, words in enumerate(text.splitlines()) if "base.nowhere" in words)
    assert message.startswith(f"{path}:{line}: there is no claim 'base.nowhere'")
    path.write_text(text.replace("base.nowhere", "base.current"))
    assert check(folder, [SOUND]) == []


def test_a_list_of_claims_in_a_snippet_is_read_to_its_end(folder):
    (folder / "snippets" / "one.py").write_text('"""One.\n\nClaims: base.current,\nbase.nowhere\n"""\n')
    (message,) = check(folder, [claim(demonstrated_by=("one",))])
    assert message.startswith(f"{folder}/snippets/one.py:4: there is no claim 'base.nowhere'")


def test_a_claim_lists_the_snippets_that_list_it(folder):
    (folder / "snippets" / "one.py").write_text('"""One.\n\nClaims: base.current\n"""\n')
    (message,) = check(folder, [SOUND])
    assert message.startswith(f"{folder}/snippets/one.py:3: the snippet lists base.current")
    assert 'Add "one" to its demonstrated_by' in message
    assert check(folder, [claim(demonstrated_by=("one",))]) == []


def test_words_with_dots_that_are_no_ids_are_left_alone(folder):
    (folder / "snippets" / "upload.py").write_text('name = "story.mov"  # claim nothing: e.g. this\n')
    (folder / "package" / "part.py").write_text('"""The claims `base.part-*`."""\npath = "file.txt"\n')
    assert check(folder, [SOUND]) == []


def test_the_model_takes_no_number_from_an_opinion(folder):
    (folder / "package" / "part.py").write_text('number("base.current")\n')
    assert rules(check(folder, [claim(evidence="opinion")])) == {"opinions-stay-out"}
    assert check(folder, [SOUND]) == []


def test_generated_pages_are_not_prose(folder):
    (folder / "docs" / "c").mkdir()
    (folder / "docs" / "c" / "base.old.md").write_text("{claim:base.nowhere}")
    assert check(folder, [SOUND]) == []


def test_an_overdue_review_fails_only_after_90_days(folder):
    due = SOUND.review_by
    assert check(folder, [SOUND], today=due + timedelta(days=90)) == []
    assert rules(check(folder, [SOUND], today=due + timedelta(days=91))) == {"review-in-time"}


def test_a_circle_over_several_claims_is_found(folder):
    one = claim(id="base.one", derived_from=("base.two",))
    two = claim(id="base.two", derived_from=("base.three",))
    three = claim(id="base.three", derived_from=("base.one",))
    assert rules(check(folder, [one, two, three])) == {"no-cycles"}
    assert check(folder, [one, two, replace(three, derived_from=())]) == []


def test_a_demonstration_names_its_claim(folder):
    (folder / "snippets" / "names.py").write_text('"""Shows base.current."""\n')
    assert check(folder, [claim(demonstrated_by=("names",))]) == []
    (folder / "snippets" / "names.py").write_text('"""Shows something."""\n')
    assert rules(check(folder, [claim(demonstrated_by=("names",))])) == {"demonstrations-name-their-claim"}


@pytest.mark.parametrize(
    "url",
    [
        "http://developer.apple.com/documentation/activitykit",
        "https://www.github.com/kiwix/kiwix-apple",
        "https://github.com/kiwix/kiwix-apple/",
        "https://github.com/kiwix/kiwix-apple/blob/main/README.md",
        "https://raw.githubusercontent.com/kiwix/kiwix-apple/main/README.md",
        "https://developer.apple.com/documentation/ActivityKit",
        "https://developer.apple.com/documentation/activitykit/",
        "https://developer.apple.com/videos/play/wwdc2023/10184",
        "https://example.org/page?utm_source=x",
        "https://user@example.org/page",
    ],
)
def test_other_forms_of_an_address_are_refused(url):
    assert claim_texts.not_canonical(url)


@pytest.mark.parametrize(
    ("text", "where", "remedy"),
    [
        ("id = 'x.y", "x.y.toml", "Mend that line"),
        ("id = 'x.z'\n", "x.y.toml:1", "Add it"),
        (None, "x.y.toml:3", "Remove it"),
    ],
    ids=["broken TOML", "missing keys", "unknown key"],
)
def test_a_broken_file_is_refused_with_place_and_remedy(text, where, remedy):
    sound = (EXAMPLES[0].parent / "ids-are-registered.toml").read_text()
    text = text or sound.replace('kind = "presence"', 'colour = "red"\nkind = "presence"')
    with pytest.raises(ClaimError) as refused:
        parse(text, "x.y.toml")
    assert where in str(refused.value)
    assert remedy in str(refused.value)


def test_a_file_whose_id_is_that_of_another_is_refused():
    sound = (EXAMPLES[0].parent / "ids-are-registered.toml").read_text()
    with pytest.raises(ClaimError, match=r"x\.y\.toml:1: the id is .* rename one"):
        parse(sound, "x.y.toml")
