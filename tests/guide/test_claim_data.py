"""The data files: what the contract says is in them, the same bytes every time, and the tags for link previews."""

import html
import json
import re
from dataclasses import replace
from datetime import timedelta

import pytest

from afterswipe import claims as reader
from guide.claims import data as claim_data
from guide.claims import head as claim_head
from guide.claims.links import successor
from tests.guide.claim_making import SITE, SOUND, TODAY, claim, one_of_each

ENTRY_KEYS = (
    "schema id url statement badge evidence status mechanism kind since until since_precision conditions value sources "
    "derived_from refuted_by superseded_by demonstrated_by change_our_mind note review_by overdue history card cite said"
)


def written(folder, claims, today=TODAY, guide=()):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in claim_data.write(folder, claims, SITE, today, guide)
    }


def test_every_claim_has_its_json_its_twin_and_its_entry(tmp_path):
    files = written(tmp_path, reader.every())
    ids = [one.id for one in reader.every()]
    assert set(files) == {"claims.json", "llms.txt"} | {
        f"c/{claim_id}.{kind}" for claim_id in ids for kind in ("json", "md")
    }
    whole = json.loads(files["claims.json"])
    assert [entry["id"] for entry in whole["claims"]] == ids
    assert all(json.loads(files[f"c/{entry['id']}.json"]) == entry for entry in whole["claims"])
    assert (whole["schema"], whole["site"]) == (1, SITE)


def test_a_second_run_writes_the_same_bytes(tmp_path):
    first = written(tmp_path, reader.every())
    assert written(tmp_path, list(reader.every())) == first


def test_an_entry_has_the_keys_of_the_contract_and_plain_values():
    entry = claim_data.entry(claim(demonstrated_by=("swoop",)), SITE, TODAY)
    assert set(entry) == set(ENTRY_KEYS.split())
    plain = json.loads(json.dumps(entry, default=str))
    assert plain["url"] == "https://guide.example/c/base.current/"
    assert plain["card"] == "https://guide.example/cards/base.current.png"
    assert plain["review_by"] == "2027-06-30"
    assert plain["value"] is None
    assert plain["sources"][0]["retrieved"] == "2026-11-21"
    assert set(plain["sources"][0]) == {"type", "title", "publisher", "url", "quote", "retrieved", "supports"}
    assert plain["history"] == [{"date": "2026-11-21", "change": "created", "note": ""}]


def test_a_changed_number_changes_json_and_twin():
    number = reader.get("background-assertion.duration")
    changed = replace(number, value=replace(number.value, quantity=180))
    assert claim_data.entry(changed, SITE, TODAY)["value"]["quantity"] == 180
    assert "- Value: about 180 seconds" in claim_data.twin(changed, SITE, TODAY)
    assert "- Value: about 30 seconds" in claim_data.twin(number, SITE, TODAY)


def test_overdue_follows_the_day_that_is_passed_in():
    assert claim_data.entry(SOUND, SITE, SOUND.review_by)["overdue"] is False
    assert claim_data.entry(SOUND, SITE, SOUND.review_by + timedelta(days=1))["overdue"] is True
    assert "Last checked" in claim_data.twin(SOUND, SITE, SOUND.review_by + timedelta(days=1))


def test_the_forms_for_copying():
    cite = claim_data.cite(SOUND, SITE)
    url = "https://guide.example/c/base.current/"
    assert cite["text"] == (
        f"“A Live Activity stays on the Lock Screen.” After the Swipe, claim base.current, revision 1 (2026-11-21), {url}"
    )
    assert cite["markdown"] == f"[A Live Activity stays on the Lock Screen.]({url})"
    assert cite["bibtex"].splitlines()[0] == "@misc{afterswipe:base.current,"
    assert f"  url = {{{url}}}" in cite["bibtex"]


def test_a_sentence_that_does_not_stand_is_never_copied_bare():
    for name, word in {
        "is.refuted": "Wrong",
        "is.superseded": "Superseded",
        "base.retracted": "Retracted",
        "is.disputed": "Disputed",
        "is.unverified": "Not verified",
    }.items():
        cite = claim_data.cite(one_of_each()[name], SITE)
        assert cite["text"].startswith(f"{word}: “")
        assert cite["markdown"].startswith(f"{word}: [")
        assert f"title = {{{{{word}: " in cite["bibtex"]


def test_signs_that_mean_something_in_markdown_and_bibtex_are_escaped():
    cite = claim_data.cite(claim(statement=r"50 % of [a_b] & {c} \d `e` <f>."), SITE)
    assert cite["markdown"].startswith(r"[50 % of \[a\_b\] & {c} \\d \`e\` \<f>.](")
    assert r"{{50 \% of [a\_b] \& \{c\} d e <f>.}}" in cite["bibtex"]


def test_a_twin_says_what_its_page_says():
    twins = {name: claim_data.twin(one, SITE, TODAY) for name, one in one_of_each().items()}
    assert twins["base.current"].startswith(f"# {SOUND.statement}\n\n- Evidence: documented (normative)\n")
    assert "Apple's words: “it stays on the Lock Screen”" in twins["base.current"]
    assert twins["is.refuted"].startswith("# Wrong: ")
    assert "Successor: [base.current](https://guide.example/c/base.current/)" in twins["is.superseded"]
    assert "## The test that would tell\n\nCount the pictures" in twins["is.gap"]


def test_llms_txt_lists_the_guide_and_every_claim_with_its_level(tmp_path):
    guide = [
        ("After the Swipe", "", "What happens & why."),
        ("The story upload", "story-upload/", "Three runs."),
    ]
    text = written(tmp_path, list(one_of_each().values()), guide=guide)["llms.txt"].decode()
    assert text.startswith("# After the Swipe\n\n> ")
    assert "- [After the Swipe](https://guide.example/): What happens & why.\n" in text
    assert "- [The story upload](https://guide.example/story-upload/): Three runs.\n" in text
    assert "(https://guide.example/c/is.refuted.md): wrong, reported, iOS 16.1 and later\n" in text
    assert text.count("https://guide.example/c/") == len(one_of_each())


HEAD = '<!doctype html><html><head>\n<meta charset="utf-8"><meta name="description" content="{about}"><link rel="canonical" href="{url}"><title>{title} - After the Swipe</title></head><body>{body}</body></html>'


def with_head(one=None, path="story-upload/", title="The story upload", about="Three runs.", claims=None):
    body = f'<article class="claim-page" data-claim="{one.id}">' if one else ""
    text = HEAD.format(about=html.escape(about), url=SITE + path, title=html.escape(title), body=body)
    return claim_head.with_head(text, path, claims or one_of_each(), SITE)


def meta(text):
    found = re.findall(r'<meta (?:property|name)="([^"]+)" content="([^"]*)">', text)
    return {name: html.unescape(content) for name, content in found}


def test_an_ordinary_page_gets_the_tags_of_a_preview():
    tags = meta(with_head())
    assert tags["og:title"] == "The story upload"
    assert tags["og:description"] == "Three runs."
    assert tags["og:url"] == "https://guide.example/story-upload/"
    assert tags["og:image"] == "https://guide.example/cards/story-upload.png"
    assert tags["og:type"] == "website"
    assert tags["twitter:card"] == "summary_large_image"


def test_a_claims_page_previews_sentence_and_evidence():
    tags = meta(with_head(SOUND, "c/base.current/", SOUND.statement, SOUND.statement))
    assert tags["og:title"] == SOUND.statement
    assert tags["og:description"] == "Evidence: documented. Sources: Apple."
    assert tags["og:image"] == "https://guide.example/cards/base.current.png"
    assert tags["og:type"] == "article"


def test_a_preview_of_a_refuted_claim_says_what_is_so():
    one = one_of_each()["is.refuted"]
    tags = meta(with_head(one, "c/is.refuted/", f"Wrong: {one.statement}", "Wrong. The card is a picture."))
    assert tags["og:title"].startswith("Wrong: ")
    assert tags["og:description"] == "Wrong. The card is a picture."


def test_tags_cannot_be_broken_out_of():
    text = with_head(title='"><script>alert(1)</script>', about='"><script>')
    assert "<script" not in text
    assert meta(text)["og:title"] == '"><script>alert(1)</script>'


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("", "index"),
        ("story-upload/", "story-upload"),
        ("reference/api/", "reference-api"),
        ("c/a.b/", "a.b"),
        ("404.html", "index"),
    ],
)
def test_the_name_of_a_card(path, name):
    assert claim_head.card_name(path) == name


def test_a_superseded_page_has_its_successor_as_the_one_canonical_address():
    one = one_of_each()["is.superseded"]
    text = with_head(one, "c/is.superseded/", one.statement, one.statement)
    assert re.findall(r'<link rel="canonical" href="([^"]*)"', text) == [
        "https://guide.example/c/base.current/"
    ]
    assert "http-equiv" not in text  # the old sentence stays readable for those who cited it
    other = with_head(SOUND, "c/base.current/", SOUND.statement, SOUND.statement)
    assert re.findall(r'<link rel="canonical" href="([^"]*)"', other) == [
        "https://guide.example/c/base.current/"
    ]


def test_a_link_to_a_superseded_claim_leads_to_the_last_successor():
    first = claim(id="a.first", status="superseded", superseded_by="a.second")
    second = claim(id="a.second", status="superseded", superseded_by="base.current")
    known = {one.id: one for one in (first, second, SOUND)}
    assert successor(known, "a.first") == "base.current"
    assert successor(known, "base.current") == "base.current"
    assert successor(known, "a.unknown") == "a.unknown"
    circle = known | {"base.current": claim(status="superseded", superseded_by="a.first")}
    assert successor(circle, "a.first") in circle
