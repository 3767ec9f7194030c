"""The finish stage: policy, runtime, runner and links, on a small site made for the test."""

import base64
import hashlib
import json
import re
import shutil
from datetime import date
from importlib.util import find_spec
from pathlib import Path

import pytest

from afterswipe import claims
from guide.errors import BuildError
from guide.finish import long_names, moved, packing, row, theme_script
from guide.finish.row import content_security_policy, finish

PAGE = (
    '<!doctype html><html><head><meta charset="utf-8"><title>T</title><link rel="stylesheet" href="{base}/assets/site.css"><script>one()</script>'
    '<script id="__config" type="application/json">{{"base": "{base}"}}</script></head>'
    '<body><article class="brief"><h1>T</h1><p>S.<a class="claim" href="claim:life-cycle.jetsam,life-cycle.states">x</a> <a href="site:claims/">y</a></p></article></body></html>'
)


@pytest.fixture
def parts(tmp_path: Path) -> tuple[Path, Path, Path]:
    site, runtime, runner = (tmp_path / name for name in ("built", "runtime", "runner"))
    for folder in (site / "deep" / "er", runtime, runner):
        folder.mkdir(parents=True)
    (site / "assets").mkdir()
    (site / "assets" / "site.css").write_text("a:hover { color: red }")
    (site / "index.html").write_text(PAGE.format(base="."))
    (site / "deep" / "er" / "index.html").write_text(PAGE.format(base="../.."))
    (site / "404.html").write_text(PAGE.format(base="/guide/"))
    (runtime / "a.123.wasm").write_bytes(b"wasm")
    file = {"path": "a.123.wasm", "sha256": hashlib.sha256(b"wasm").hexdigest(), "size": 4}
    (runtime / "manifest.json").write_text(json.dumps({"schema": 1, "files": {"wasm": file}, "archives": []}))
    (runner / "runner.abc.js").write_text("run()")
    (runner / "claims.def.js").write_text("cite()")
    (runner / "runner.json").write_text(
        json.dumps(
            {
                "entry": "runner.abc.js",
                "claims": "claims.def.js",
                "search": "search.ghi.js",
                "files": ["runner.abc.js", "claims.def.js"],
            }
        )
    )
    return site, runtime, runner


def digest(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def test_every_page_gets_the_policy_the_runner_and_links_that_fit_its_depth(parts):
    built, runtime, runner = parts
    site = built.parent / "site"
    finish(built, site, runtime, runner, site_url="https://site.example/", today=date(2026, 11, 21))
    for page, up in (("index.html", ""), ("deep/er/index.html", "../../"), ("404.html", "/guide/")):
        text = (site / page).read_text()
        assert text.index("Content-Security-Policy") < text.index("<script>")
        assert f'src="{up}_run/runner.abc.js"' in text
        assert f'src="{up}_run/claims.def.js"' in text
        assert f'data-manifest="{up}_run/manifest.' in text
        assert f'href="{up}claims/"' in text
        assert (
            f'<link rel="alternate" type="application/atom+xml" title="Changes to claims" href="{up}changes.xml">'
            in text
        )
        assert (f'href="{up}c/life-cycle.jetsam/"' in text) == (
            page != "404.html"
        )  # that one gets words of ours
        assert 'href="site:' not in text
        assert 'href="claim:' not in text
        if page != "404.html":
            assert f'data-also="{up}c/life-cycle.states/"' in text
            assert re.search(
                r'data-address="[^" ]+/c/life-cycle\.jetsam/, [^" ]+/c/life-cycle\.states/"', text
            )


def test_pages_are_marked_from_their_front_matter_and_old_addresses_lead_on(parts, tmp_path, monkeypatch):
    built, runtime, runner = parts
    site = built.parent / "site"
    docs = tmp_path / "docs"
    (docs / "deep").mkdir(parents=True)
    (docs / "deep" / "er.md").write_text("---\naudience: developers\n---\n# T\n")
    monkeypatch.setattr(moved, "moved", lambda: {"old/": "deep/er/"})
    finish(
        built, site, runtime, runner, site_url="https://site.example/", today=date(2026, 11, 21), docs=docs
    )
    assert "For developers" in (site / "deep/er/index.html").read_text()
    index = (site / "index.html").read_text()
    assert "For developers" not in index
    assert "Sources read up to" in index
    old = (site / "old/index.html").read_text()
    assert 'content="0; url=../deep/er/"' in old
    assert "Content-Security-Policy" in old
    assert "<entry>" in (site / "changes.xml").read_text()


def test_the_manifest_is_named_and_guarded_by_its_hash(parts):
    built, runtime, runner = parts
    site = built.parent / "site"
    finish(built, site, runtime, runner, site_url="https://site.example/", today=date(2026, 11, 21))
    data = (runtime / "manifest.json").read_bytes()
    name = f"manifest.{hashlib.sha256(data).hexdigest()[:10]}.json"
    assert (site / "_run" / name).read_bytes() == data
    assert (site / "_run" / "a.123.wasm").read_bytes() == b"wasm"
    integrity = base64.b64encode(hashlib.sha256(data).digest()).decode()
    assert f'data-integrity="sha256-{integrity}"' in (site / "index.html").read_text()


def test_the_policy_allows_webassembly_and_the_builders_scripts_and_no_more():
    policy = content_security_policy(
        ["<script>one()</script>", "<script>two()</script><script src='x.js'></script>"]
    )
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert set(rules["script-src"].split()) == {
        "'self'",
        "blob:",
        "'wasm-unsafe-eval'",
        f"'sha256-{digest('one()')}'",
        f"'sha256-{digest('two()')}'",
    }
    assert rules["default-src"] == "'none'"
    assert "'unsafe-eval'" not in policy.replace("'wasm-unsafe-eval'", "")
    assert "http" not in policy


def test_data_is_no_script():
    assert "sha256-" not in content_security_policy(['<script id="c" type="application/json">{}</script>'])


@pytest.mark.parametrize("missing", ["runtime/manifest.json", "runner/runner.json"])
def test_what_is_not_built_is_named(parts, missing):
    built, runtime, runner = parts
    site = built.parent / "site"
    (built.parent / missing).unlink()
    with pytest.raises(BuildError, match="Run: make"):
        finish(built, site, runtime, runner, site_url="https://site.example/", today=date(2026, 11, 21))


def test_a_page_without_a_head_is_refused(parts):
    built, runtime, runner = parts
    site = built.parent / "site"
    (built / "broken.html").write_text("<p>no head</p>")
    with pytest.raises(BuildError, match="head"):
        finish(built, site, runtime, runner, site_url="https://site.example/", today=date(2026, 11, 21))


NAV = """<nav><a href="{up}thirty-seconds/" class="md-nav__link{active}">
  <span class="md-ellipsis">

    Thirty seconds

  </span>
</a><a href="#x" class="md-nav__link"><span class="md-ellipsis">X</span></a>
<a href="{up}other/" class="md-nav__link"><span class="md-ellipsis">Other</span></a></nav>"""


@pytest.mark.parametrize(("path", "up"), [("", ""), ("other/", "../"), ("c/a.claim/", "../../")])
def test_a_chapter_s_name_in_the_navigation_says_what_is_behind_it(path, up):
    whole = row.Whole({}, {}, {"thirty-seconds/": "a little more time"}, {}, "", {}, "https://site.example/")
    page = NAV.format(up=up, active=" md-nav__link--active")
    made = row.plain_names(page, row.Place(path, up, whole))
    assert re.search(r"Thirty seconds<small class=\"nav-plain\">a little more time</small>\s*</span>", made)
    assert made.count("<small") == 1
    assert made.replace('<small class="nav-plain">a little more time</small>', "") == page


CONTENTS = (
    '<nav class="md-nav md-nav--secondary"><ul><li><a href="#group">Group</a>'
    '<nav class="md-nav"><ul><li><a href="#q01">Question</a><nav class="md-nav"><a href="#x">Part</a></nav></li></ul></nav></li>'
    '<li><a href="#last">Last</a></li></ul></nav>'
)


@pytest.mark.parametrize(
    ("page", "kept"),
    [
        (CONTENTS, {"group", "q01", "x", "last"}),
        (CONTENTS + '<a class="md-nav__link">' * 201, {"group", "q01", "last"}),
        (CONTENTS + '<nav class="question-list"><a href="#own"></a></nav>', {"group", "last", "own"}),
    ],
)
def test_a_page_that_lists_its_questions_has_them_in_its_contents_no_second_time(page, kept):
    made = packing.packed(page)
    assert set(re.findall(r'href="#(\w+)"', made)) == kept
    assert made.count("<nav") == made.count("</nav>")


@pytest.mark.parametrize("theme", ["material", "zensical"])
def test_the_script_of_either_builder_is_mended(theme, tmp_path):
    spec = find_spec(theme)
    assert spec is not None
    scripts = Path(spec.origin or "").parent / "templates" / "assets" / "javascripts"
    shutil.copytree(scripts, tmp_path / "assets" / "javascripts", ignore=shutil.ignore_patterns("*.map"))
    theme_script.mend(tmp_path, "https://site.example/", [])
    (bundle,) = (tmp_path / "assets" / "javascripts").glob("bundle.*.js")
    text = bundle.read_text()
    assert 'name:"color-scheme"' not in text
    assert '"a[data-preview]"' in text


def test_a_long_name_in_a_cell_may_be_broken_between_its_words_alone():
    cell = "<article><table><tr><td><code>uploadTask(with:fromFile:)</code> <code>submit(_:)</code>, expirationHandlers</td></tr></table>"
    broken = "upload<wbr>Task(<wbr>with:<wbr>from<wbr>File:)"
    assert long_names.breakable(cell) == cell.replace("uploadTask(with:fromFile:)", broken)
    short = "<article><p><code>uploadTask(with:)</code></p><pre><code>uploadTask(with:fromFile:)</code></pre>"
    assert long_names.breakable(short) == short


@pytest.mark.parametrize(
    ("name", "broken"),
    [
        ("_dispatch_assert_queue_fail", "_dispatch_<wbr>assert_<wbr>queue_<wbr>fail"),
        ("iOSEnableRemoteUpdates", "iOSEnable<wbr>Remote<wbr>Updates"),
        ("afterswipe.AfterSwipeError", "afterswipe.<wbr>After<wbr>Swipe<wbr>Error"),
        ("1.797693134862316e+308-or-so", "1.797693134862316e+308-or-so"),
        ("@capacitor/background-runner", "@capacitor/<wbr>background-runner"),
        ("SQLITE_OPEN_FILEPROTECTION_NONE", "SQLITE_<wbr>OPEN_<wbr>FILEPROTECTION_<wbr>NONE"),
        ("https://example.org/aVeryLong.address", "https://example.org/aVeryLong.address"),
    ],
)
def test_a_name_as_long_as_a_line_of_a_phone_may_be_broken_between_its_words(name, broken):
    """Red before: in a heading or in the text it was broken anywhere."""
    page = "<title>{0}</title><article><h2><code>{1}</code>: {1}</h2><svg><text>{0}</text></svg>"
    assert long_names.breakable(page.format(name, name)) == page.format(name, broken)


def test_the_id_of_a_claim_in_a_docstring_leads_to_its_page():
    """Red before: in the reference of the package it was words alone."""
    page = "<title>T</title><article><h2 id='a'>life-cycle.jetsam</h2><p title='life-cycle.states'>So it is (claims life-cycle.states, {}), of os.path. <a>life-cycle.states</a></p><pre>life-cycle.states</pre></article>"
    whole = row.Whole({claim.id: claim for claim in claims.every()}, {}, {}, {}, "", {}, "")
    said = row.reference(page.format("no.claim"), row.Place("reference/api/phone/", "../../../", whole))
    link = '(claims <a href="../../../c/life-cycle.states/">life-cycle.states</a>, no.claim)'
    assert said == page.format("no.claim").replace("(claims life-cycle.states, no.claim)", link)
    assert row.reference(page, row.Place("tokens/", "../", whole)) == page


def test_what_a_class_is_built_on_is_named_where_it_can_be_looked_up():
    """Red before: “Bases: Checked” stood below 34 names, and nobody can look it up."""
    bases = '<p class="doc doc-class-bases">\n  Bases: <code>{}</code></p>'
    place = row.Place("reference/api/phone/", "../../../", row.Whole({}, {}, {}, {}, "", {}, ""))
    kept = "<article>" + "".join(map(bases.format, ('<a href="#x">Entry</a>', "Enum", "tuple[int, ...]")))
    page = kept + bases.format("Checked") + bases.format("A</code>, <code>B") + "<p>Words."
    assert row.reference(page, place) == kept + "<p>Words."
