"""The table of ways: each answer has a claim that fits its version, and where an answer changes, a run that differs."""

import io
import re
from contextlib import redirect_stdout

import pytest
from markdown import Markdown

from afterswipe import Phone, Version, claims
from guide import snippets
from guide.errors import BuildError
from guide.finish import embed
from guide.pages import ways

TABLE = ways.table()
CHANGES = list(TABLE.changes())
SHOWN = [(way, left, answer) for way, left, answer in CHANGES if answer.run]
EXTENSIONS = ["attr_list", "md_in_html", "tables", "toc", "pymdownx.superfences", "guide.markdown"]


def text_of(key: str, value: str) -> str:
    """The data with one entry changed, to see what is refused."""
    changed = ways.FILE.read_text(encoding="utf-8").replace(key, value, 1)
    assert changed != ways.FILE.read_text(encoding="utf-8")
    return changed


# Claims.


def untimely() -> list[str]:
    """Answers whose claim is not current, begins after the column, or is none of the version that it names."""
    wrong = []
    for way in TABLE.ways:
        for cell in TABLE.cells(way):
            claim, answer = claims.get(cell.answer.claim), cell.answer
            column = Version(answer.shown_on or cell.version)
            if claim.status not in ("current", "disputed"):
                wrong.append(f"{way.id} on {cell.version}: {claim.id} is {claim.status}")
            if answer.is_ != "no" and claim.since and Version(claim.since) > column:
                wrong.append(f"{way.id} on {cell.version}: {claim.id} is since {claim.since}")
            for named in re.findall(r"(?:iOS|came with iOS) (\d+(?:\.\d+)?)", answer.says):
                if answer.is_ == "no" and claim.since.removesuffix(".0") != named and len(way.answers) > 1:
                    wrong.append(
                        f"{way.id} on {cell.version}: says iOS {named}, {claim.id} is since {claim.since}"
                    )
    return wrong


def test_every_answer_rests_on_a_claim_that_is_there_on_its_version():
    assert untimely() == []


def test_a_claim_that_comes_too_late_is_found(monkeypatch):
    late = ways.read(text_of('claim = "background-assertion.duration"', 'claim = "live-activity.carplay"'))
    monkeypatch.setattr("tests.guide.test_ways.TABLE", late)
    assert "short-wait on 13: live-activity.carplay is since 26.0" in untimely()


@pytest.mark.parametrize(("way", "left", "answer"), CHANGES, ids=lambda value: getattr(value, "id", ""))
def test_what_is_new_is_newer_than_the_column_on_its_left(way, left, answer):
    """The claim of the answer before says with which version it came: after the left column, not after this one."""
    before = way.answers[way.answers.index(answer) - 1]
    since = {Version(found) for one in (before, answer) if (found := claims.get(one.claim).since)}
    assert any(Version(left) < one <= Version(answer.shown_on or answer.since) for one in since)


# Runs.


def output(name: str, ios: str) -> str:
    """What a snippet prints when every phone in it has this version."""
    switch_on = Phone.__init__

    def forced(self: Phone, *args: object, **options: object) -> None:
        switch_on(self, *args, **{**options, "ios": ios})  # type: ignore[arg-type]

    printed = io.StringIO()
    Phone.__init__ = forced  # type: ignore[assignment]
    try:
        with redirect_stdout(printed):
            exec(compile(snippets.source(name), name, "exec"), {"__name__": "__main__"})
    # A program that is made for a newer version may stop anywhere on an older one.
    except Exception as refused:  # noqa: BLE001
        printed.write(str(refused))
    finally:
        Phone.__init__ = switch_on  # type: ignore[method-assign]
    return re.sub(r"iOS \d+(?:\.\d+)?", "iOS", printed.getvalue())


@pytest.mark.parametrize(("way", "left", "answer"), SHOWN, ids=lambda value: getattr(value, "id", ""))
def test_the_run_of_a_change_differs_between_its_two_versions(way, left, answer):
    before, after = output(answer.run, left), output(answer.run, answer.shown_on or answer.since)
    assert before != after, answer.run


def test_runs_that_do_not_differ_are_seen():
    assert output("background_upload_versions", "18") == output("background_upload_versions", "17.2").replace(
        "17.2", "18"
    )


def test_no_run_stands_on_the_page_twice():
    runs = [answer.run for _, _, answer in SHOWN]
    assert sorted(runs) == sorted(set(runs))
    assert len(runs) > 15


# The page.


@pytest.fixture(scope="module")
def html():
    return Markdown(extensions=EXTENSIONS).convert(ways.page())


def test_every_row_and_every_cell_has_an_address(html):
    ids = re.findall(r'\sid="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    for way in TABLE.ways:
        assert way.id in ids
        for version in TABLE.versions:
            assert f"{way.id}-{version.replace('.', '-')}" in ids
    assert set(re.findall(r'href="#([^"]+)"', html)) <= set(ids)


def test_every_cell_has_its_word_and_its_source(html):
    cells = re.findall(
        r'<td id="[^"]+" class="way way-(\w+)"[^>]*><span class="way-word">(\w+)</span>.*?href="claim:([^"]+)"',
        html,
    )
    assert len(cells) == len(TABLE.ways) * len(TABLE.versions)
    assert {(is_, word) for is_, word, _ in cells} == set(ways.WORDS.items())


def test_addresses_that_were_given_out_stay():
    """People link to rows and cells. A way may be added; one of these may not go or be renamed."""
    given_out = """short-wait own-session whole-file resumable part-by-part continued gpu short-action button long-action location audio talk
    refresh processing silent-push notification-extension photos assets card stale-date clock-bar card-by-push frequent start-by-push
    card-by-button broadcast scheduled card-by-ios ipad watch mac carplay card-as-engine after-force-quit always exact-time"""
    assert set(given_out.split()) <= {way.id for way in TABLE.ways}
    assert {"13", "15", "16.2", "17.2", "18", "26", "27"} <= set(TABLE.versions)


@pytest.mark.parametrize(
    ("key", "value", "wrong"),
    [
        ('is = "depends"', 'is = "perhaps"', "Write one of: yes, no, depends"),
        ('group = "work"', 'group = "play"', "there is no group 'play'"),
        ('mechanism = "Audio"', 'mechanism = "Magic"', "there is no mechanism 'Magic'"),
        ('run = "continued_story"', 'run = ""', "needs a `run`"),
        ('{ from = "26", is = "depends"', '{ from = "25", is = "depends"', "go from left to right"),
        ('apple = "Metal"', 'appel = "Metal"', "Compare with the entries beside it"),
    ],
)
def test_a_table_with_a_fault_is_refused(key, value, wrong):
    with pytest.raises(BuildError, match=re.escape(wrong)):
        ways.read(text_of(key, value))


# Alone.

BUILT = (
    '<link rel="stylesheet" href="../assets/x.css"><h1 id="t">Which way<a class="headerlink" href="#t">#</a></h1>'
    + ways.html(TABLE)
)


def test_the_table_alone_has_style_and_words_and_nothing_else():
    (alone,) = embed.pages({"ways/": BUILT}, "https://example.org/").values()
    assert alone.count("<td ") == len(TABLE.ways) * len(TABLE.versions)
    assert 'href="../../assets/x.css"' in alone
    assert 'href="../../ways/#continued"' in alone
    assert "https://example.org/ways/" in alone
    assert "data-manifest" not in alone
    assert "md-search" not in alone


def test_a_page_without_its_table_is_refused():
    with pytest.raises(BuildError, match="no part that could stand alone"):
        embed.pages({"ways/": "<h1>Ways</h1>"}, "https://example.org/")


# What a sync may use: the same data, in the chapter on a sync.


def test_the_sync_chapter_has_a_table_of_versions_with_a_claim_in_each_cell():
    html = Markdown(extensions=EXTENSIONS).convert("/// ways | sync\n///")
    rows = html.split('<tr class="ways-row"')[1:]
    assert re.findall(r"</span>([\d.]+)</th>", html.split("</thead>")[0]) == [
        "13",
        "15",
        "16.2",
        "17.2",
        "18",
        "26",
        "27",
    ]
    assert len(rows) == sum(bool(way.sync) for way in TABLE.ways) >= 10
    for row in rows:
        assert row.count('href="claim:') == row.count("<td ") == 7
        assert re.search(r'href="site:ways/#[\w-]+"', row)


def test_there_is_no_other_part_of_the_table():
    with pytest.raises(BuildError, match="there is only"):
        Markdown(extensions=EXTENSIONS).convert("/// ways | upload\n///")
