"""Citing in a real browser: the popover of a marker, the copy buttons of a claim's page, the filter of the index."""

import dataclasses
import gzip
import json
import re
import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from afterswipe import claims
from afterswipe.claims.sources import Claim
from guide import snippets
from guide.claims import data as claim_data
from guide.claims import pages as claim_pages
from guide.claims.axis import versions
from guide.claims.schema import EVIDENCE
from guide.swift.languages import swift_html

from .conftest import REPOSITORY
from .serving import StaticServer
from .snippet_page import POLICY
from .watching import Watch, hold_the_clock

TODAY = date(2026, 11, 21)
#: The site is built for this address; the tests serve it elsewhere, as a preview or a mirror would.
ELSEWHERE = "https://guide.example/swipe/"

TRUE = "live-activity.gives-no-run-time"
WRONG = "force-quit.uploads-survive"
GAP = "story-upload.instagram-today-is-unknown"
ASSUMED = "model.upload-chunk"

PhoneSize = {"width": 360, "height": 640}


class Site:
    """A small site with claims on the test's server."""

    def __init__(self, server: StaticServer, entry: str) -> None:
        self.server = server
        self.entry = entry
        for claim in (TRUE, WRONG, GAP, ASSUMED):
            self.put_claim(claim)

    def put_claim(self, claim_id: str, site_url: str = ELSEWHERE, **changes: object) -> None:
        """A claim's data, as the site writes it, with some values changed."""
        claim = dataclasses.replace(claims.get(claim_id), **changes)  # type: ignore[arg-type]
        data = claim_data.entry(claim, site_url, TODAY)
        self.server.pages[f"/c/{claim_id}.json"] = json.dumps(data, default=str, ensure_ascii=False)
        self.put(
            f"/c/{claim_id}/",
            f'<h1>Claim</h1><div class="claim-cite" data-claim="{claim_id}"><p>Plain</p></div>',
        )

    def put(self, path: str, body: str, scheme: str = "default") -> str:
        """A page with this body; returns its whole address."""
        up = "../" * (path.count("/") - 1)
        self.server.pages[path] = f"""<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{POLICY}"><title>Claims</title><link rel="icon" href="data:,">
<link rel="stylesheet" href="{up}assets/site.css"><link rel="stylesheet" href="{up}assets/cite.css"></head>
<body data-md-color-scheme="{scheme}"><article class="md-typeset">{body}</article>
<script type="module" src="{up}_run/{self.entry}"></script></body></html>"""
        return self.server.origin + path

    def prose(self, *claim_ids: str, before: str = "", after: str = "") -> str:
        """A page with a marker for each claim between two other links."""
        sentences = " ".join(f"A sentence.{marker(claim_id)}" for claim_id in claim_ids)
        return self.put(
            "/prose/",
            f'<p><a href="#x">Before</a></p>{before}<p>{sentences} More.</p>{after}<p><a href="#y">After</a></p>',
        )


def marker(claim_id: str) -> str:
    claim = claims.get(claim_id)
    return f'<a class="claim claim-{claim.evidence}" href="/c/{claim_id}/">{EVIDENCE[claim.evidence]}</a>'


@pytest.fixture(scope="session")
def claims_entry(run_folder: Path) -> str:
    for style in ("site.css", "cite.css"):
        shutil.copy(REPOSITORY / "docs" / "assets" / style, run_folder / "assets")
    return str(json.loads((run_folder / "_run" / "runner.json").read_text())["claims"])


@pytest.fixture
def site(server: StaticServer, claims_entry: str) -> Site:
    return Site(server, claims_entry)


@pytest.fixture
def page(context: BrowserContext, watch: Watch) -> Page:
    """A watched page of a desktop, allowed to use the clipboard."""
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=watch.origin)
    return context.new_page()


@pytest.fixture
def phone(browser: Browser, watch: Watch) -> Iterator[Page]:
    """A watched page of a phone: narrow, and with fingers."""
    context = browser.new_context(viewport=PhoneSize, has_touch=True, is_mobile=True, reduced_motion="reduce")  # type: ignore[arg-type]
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=watch.origin)
    watch.follow(context)
    yield context.new_page()
    context.close()


def popover(page: Page) -> Locator:
    return page.get_by_role("dialog")


def clipboard(page: Page) -> str:
    return str(page.evaluate("navigator.clipboard.readText()"))


def press(page: Page, button: Locator) -> None:
    """Press a button whose answer goes after a while: here it stays, for the clock stands still."""
    expect(button).to_be_visible()
    touch = page.evaluate("navigator.maxTouchPoints")
    hold_the_clock(page)
    (button.tap if touch else button.click)()


def settled(page: Page) -> None:
    """After two frames and the tasks before them, what was going to happen at once has happened."""
    page.evaluate(
        "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))))"
    )


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.textContent"))


# Before intent ---------------------------------------------------------------------------------------------


def test_a_page_that_is_only_read_loads_less_than_5_kb_and_no_claim(page: Page, site: Site) -> None:
    page.goto(site.prose(TRUE, WRONG), wait_until="networkidle")
    scripts = site.server.asked(".js")
    assert site.server.asked(".json") == []
    assert not [path for path in scripts if re.search(r"popover|cite|filter", path)]
    sizes = [
        len(gzip.compress((site.server.root / path.lstrip("/")).read_bytes(), mtime=0)) for path in scripts
    ]
    assert 0 < sum(sizes) < 5_000


# The popover -----------------------------------------------------------------------------------------------


def test_hovering_shows_what_is_known(page: Page, site: Site) -> None:
    page.goto(site.prose(TRUE))
    page.locator("a.claim").hover()
    claim = claims.get(TRUE)
    box = popover(page)
    expect(box).to_be_visible()
    expect(box).to_have_accessible_name(claim.statement)
    expect(box.locator(".claim-badge")).to_have_text(EVIDENCE[claims.get(TRUE).evidence])
    for words in (
        "iOS 16.1 and later",
        claim.source[0].title,
        f"“{claim.source[0].quote}”",
        "Apple, read on 21 November 2026",
    ):
        expect(box).to_contain_text(words)
    expect(box).to_contain_text(re.compile(r"\+2\s+more\s+sources"))
    expect(box.get_by_role("link", name=claim.source[0].title)).to_have_attribute("href", claim.source[0].url)


def test_the_popover_lists_the_further_claims_of_its_sentence(page: Page, site: Site) -> None:
    first = marker(TRUE).replace("href", f'data-also="/c/{ASSUMED}/ /c/{WRONG}/" href')
    page.goto(site.put("/prose/", f"<p>A sentence.{first}</p>"))
    page.locator("a.claim").hover()
    box = popover(page)
    expect(box).to_have_accessible_name(claims.get(TRUE).statement)
    further = box.locator(".claim-popover-also li")
    expect(further).to_have_text(
        [
            f"{EVIDENCE[claims.get(ASSUMED).evidence]} {claims.get(ASSUMED).statement}",
            f"{EVIDENCE[claims.get(WRONG).evidence]} Wrong: {claims.get(WRONG).statement}",
        ]
    )
    expect(further.get_by_role("link").first).to_have_attribute("href", f"{site.server.origin}/c/{ASSUMED}/")


def test_versions_are_said_in_the_words_of_the_claims_page(page: Page, site: Site) -> None:
    cases = [
        ("16.1", "", "exact"),
        ("26.0", "", "unknown"),
        ("14.0", "", "at-or-before"),
        ("13.0", "18", "exact"),
        ("", "18.2", "unknown"),
        ("", "", "unknown"),
    ]
    for since, until, precision in cases:
        changes = {"since": since, "until": until, "since_precision": precision}
        site.put_claim(TRUE, **changes)
        page.goto(site.prose(TRUE))
        page.locator("a.claim").hover()
        expected = versions(dataclasses.replace(claims.get(TRUE), **changes))
        words = popover(page).locator(".claim-popover-versions")
        expect(popover(page)).to_be_visible()
        assert words.all_text_contents() == ([expected] if expected else [])


def test_the_popover_stays_under_the_pointer_and_goes_with_it(page: Page, site: Site) -> None:
    page.goto(site.prose(TRUE))
    page.locator("a.claim").hover()
    expect(popover(page)).to_be_visible()
    hold_the_clock(page)
    popover(page).locator(".claim-popover-statement").hover()
    page.clock.run_for(2_000)
    expect(popover(page)).to_be_visible()
    page.get_by_text("After", exact=True).hover()
    page.clock.run_for(2_000)
    expect(popover(page)).to_have_count(0)


def test_passing_over_a_marker_shows_nothing(page: Page, site: Site) -> None:
    page.goto(site.prose(TRUE, WRONG))
    hold_the_clock(page)
    page.locator("a.claim").first.hover()
    page.clock.run_for(50)
    page.get_by_text("After", exact=True).hover()
    page.clock.run_for(2_000)
    # What comes after it came too late: all that the first could have asked for has been asked for by then.
    page.locator("a.claim").last.hover()
    page.clock.run_for(2_000)
    expect(popover(page)).to_have_accessible_name(claims.get(WRONG).statement)
    assert site.server.asked(".json") == [f"/c/{WRONG}.json"]


def test_a_click_with_the_mouse_follows_the_link(page: Page, site: Site) -> None:
    page.goto(site.prose(TRUE))
    page.locator("a.claim").click()
    page.wait_for_url(f"**/c/{TRUE}/")


def test_with_the_keyboard_alone(page: Page, site: Site) -> None:
    page.goto(site.prose(TRUE, WRONG))
    page.get_by_text("Before").focus()
    page.keyboard.press("Tab")
    first = page.locator("a.claim").first
    expect(first).to_be_focused()
    expect(popover(page)).to_be_visible()
    expect(first).to_have_attribute("aria-expanded", "true")
    for name in (claims.get(TRUE).source[0].title, "Copy sentence with link", "More"):
        page.keyboard.press("Tab")
        assert focused(page) == name
    page.keyboard.press("Tab")
    expect(page.locator("a.claim").nth(1)).to_be_focused()
    expect(popover(page)).to_have_accessible_name(claims.get(WRONG).statement)
    expect(first).to_have_attribute("aria-expanded", "false")


def test_escape_closes_and_brings_the_focus_back(page: Page, site: Site) -> None:
    page.goto(site.prose(TRUE))
    page.get_by_text("Before").focus()
    page.keyboard.press("Tab")
    expect(popover(page)).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert focused(page) == "Copy sentence with link"
    hold_the_clock(page)
    page.keyboard.press("Enter")
    expect(popover(page).get_by_role("status")).to_have_text("Copied: sentence with link")
    page.keyboard.press("Escape")
    page.clock.run_for(1_000)
    expect(popover(page)).to_have_count(0)
    expect(page.locator("a.claim")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/c/{TRUE}/")


def test_escape_on_the_marker_itself_closes(page: Page, site: Site) -> None:
    page.goto(site.prose(TRUE))
    page.get_by_text("Before").focus()
    page.keyboard.press("Tab")
    expect(popover(page)).to_be_visible()
    page.keyboard.press("Escape")
    expect(popover(page)).to_have_count(0)
    expect(page.locator("a.claim")).to_be_focused()


def test_what_the_focus_opens_is_read_out(page: Page, site: Site) -> None:
    page.goto(site.prose(WRONG))
    page.get_by_text("Before").focus()
    page.keyboard.press("Tab")
    said = page.locator("body > [role=status]")
    expect(said).to_contain_text(f"This is wrong. {claims.get(WRONG).statement} reported. iOS 7 and later")


def test_the_first_tap_opens_and_more_navigates(phone: Page, site: Site) -> None:
    address = site.prose(TRUE)
    phone.goto(address)
    phone.locator("a.claim").tap()
    expect(popover(phone)).to_be_visible()
    assert phone.url == address
    popover(phone).get_by_role("link", name="More").tap()
    phone.wait_for_url(f"**/c/{TRUE}/")


def test_the_second_tap_follows_the_link(phone: Page, site: Site) -> None:
    phone.goto(site.prose(TRUE))
    phone.locator("a.claim").tap()
    expect(popover(phone)).to_be_visible()
    phone.locator("a.claim").tap()
    phone.wait_for_url(f"**/c/{TRUE}/")


def test_two_taps_copy_a_sentence_and_a_tap_beside_it_closes(phone: Page, site: Site) -> None:
    phone.goto(site.prose(TRUE))
    phone.locator("a.claim").tap()
    press(phone, popover(phone).get_by_role("button", name="Copy sentence with link"))
    expect(popover(phone).get_by_role("status")).to_have_text("Copied: sentence with link")
    assert clipboard(phone) == f"“A sentence.”\n{site.server.origin}/c/{TRUE}/"
    phone.get_by_text("Before").tap()
    expect(popover(phone)).to_have_count(0)


@pytest.mark.parametrize(
    "place",
    [
        "left: 2px; top: 90px",
        "right: 2px; top: 90px",
        "left: 2px; bottom: 2px",
        "right: 2px; bottom: 2px",
        "left: 40%; top: 45%",
    ],
)
@pytest.mark.parametrize("claim", [TRUE, WRONG])
def test_it_is_inside_the_window_of_a_phone(phone: Page, site: Site, place: str, claim: str) -> None:
    phone.goto(site.put("/prose/", f'<p style="position: fixed; {place}">{marker(claim)}</p>'))
    phone.locator("a.claim").tap()
    expect(popover(phone)).to_be_visible()
    box = popover(phone).bounding_box()
    at = phone.locator("a.claim").bounding_box()
    assert box
    assert at
    assert box["x"] >= 0
    assert box["y"] >= 0
    assert box["x"] + box["width"] <= PhoneSize["width"]
    assert box["y"] + box["height"] <= PhoneSize["height"]
    assert box["y"] >= at["y"] + at["height"] or box["y"] + box["height"] <= at["y"]
    expect(popover(phone).get_by_role("button")).to_be_in_viewport(ratio=1)
    assert phone.evaluate("document.documentElement.scrollWidth") == PhoneSize["width"]


def test_it_follows_its_marker_when_the_page_scrolls(phone: Page, site: Site) -> None:
    phone.goto(
        site.prose(
            TRUE, before='<div style="height: 300px"></div>', after='<div style="height: 3000px"></div>'
        )
    )
    phone.locator("a.claim").tap()
    expect(popover(phone)).to_be_visible()
    phone.evaluate("scrollTo(0, 200)")
    settled(phone)
    box, at = popover(phone).bounding_box(), phone.locator("a.claim").bounding_box()
    assert box
    assert at
    assert abs(box["y"] - (at["y"] + at["height"])) < 12


def test_what_is_wrong_says_so_and_says_so_when_copied(page: Page, site: Site) -> None:
    page.goto(site.prose(WRONG))
    page.locator("a.claim").hover()
    expect(popover(page)).to_contain_text("This is wrong.")
    expect(popover(page)).to_contain_text(
        "What is so instead: A force quit cancels the transfers of all background sessions"
    )
    expect(popover(page)).to_contain_text("Against it:")
    press(page, popover(page).get_by_role("button"))
    expect(popover(page).get_by_role("status")).to_have_text("Copied: sentence with link")
    assert clipboard(page).startswith(f"Wrong: “{claims.get(WRONG).statement}”\n")


def test_a_number_without_a_source_says_so(page: Page, site: Site) -> None:
    page.goto(site.prose(ASSUMED))
    page.locator("a.claim").hover()
    expect(popover(page)).to_contain_text("No source: nobody documents this.")


def test_data_is_text_and_never_markup(page: Page, site: Site) -> None:
    site.put_claim(TRUE, statement="<img src=x onerror=alert(1)> and `code`", note="<b>x</b>")
    page.goto(site.prose(TRUE))
    page.locator("a.claim").hover()
    statement = popover(page).locator(".claim-popover-statement")
    expect(statement).to_have_text("<img src=x onerror=alert(1)> and code")
    expect(statement.locator("code")).to_have_text("code")
    assert popover(page).locator("img").count() == 0


def test_a_claim_is_fetched_once(page: Page, site: Site) -> None:
    page.goto(site.prose(TRUE, TRUE))
    page.locator("a.claim").first.hover()
    expect(popover(page)).to_be_visible()
    page.locator("a.claim").nth(1).hover()
    expect(page.locator("a.claim").nth(1)).to_have_attribute("aria-expanded", "true")
    assert len(site.server.asked(f"{TRUE}.json")) == 1


@pytest.mark.parametrize("broken", ["missing", "short"])
def test_without_its_data_a_marker_is_a_plain_link(page: Page, site: Site, watch: Watch, broken: str) -> None:
    watch.allow("404")
    fault = site.server.fail(".json", broken, times=1)
    page.goto(site.prose(TRUE, TRUE))
    with page.expect_response("**/*.json"):
        page.locator("a.claim").first.hover()
    settled(page)
    expect(popover(page)).to_have_count(0)
    assert fault.times == 0
    page.locator("a.claim").nth(1).hover()
    expect(popover(page)).to_be_visible()
    page.locator("a.claim").first.click()
    page.wait_for_url(f"**/c/{TRUE}/")


def test_a_tap_without_data_follows_the_link(phone: Page, site: Site, watch: Watch) -> None:
    watch.allow("404")
    site.server.fail(".json", "missing")
    phone.goto(site.prose(TRUE))
    phone.locator("a.claim").tap()
    phone.wait_for_url(f"**/c/{TRUE}/")
    expect(phone.get_by_text("Plain")).to_be_visible()
    expect(phone.locator(".claim-cite")).to_have_attribute("data-dressed", "plain")
    expect(phone.get_by_role("button")).to_have_count(0)


def test_it_works_after_the_content_was_exchanged(page: Page, site: Site) -> None:
    """As the builder's instant navigation does it: no page is loaded, and the script does not run again."""
    page.goto(site.put("/c/page/", f"<p>One.{marker(TRUE)}</p>"))
    page.locator("a.claim").hover()
    expect(popover(page)).to_be_visible()
    page.evaluate(
        """(html) => {
            const article = document.createElement("article");
            article.className = "md-typeset";
            article.innerHTML = html;
            document.querySelector("article").replaceWith(article);
        }""",
        f'<p>Other text, and another.{marker(WRONG)}</p><div class="claim-cite" data-claim="{TRUE}"></div>',
    )
    expect(popover(page)).to_have_count(0)
    expect(page.get_by_role("button", name="Copy BibTeX")).to_be_visible()
    page.mouse.move(600, 600)
    page.locator("a.claim").hover()
    expect(popover(page)).to_have_accessible_name(claims.get(WRONG).statement)


def test_it_works_without_the_popover_api(page: Page, site: Site) -> None:
    page.add_init_script("delete HTMLElement.prototype.showPopover; delete HTMLElement.prototype.popover;")
    page.goto(site.prose(TRUE))
    page.locator("a.claim").hover()
    expect(popover(page)).to_be_visible()
    press(page, popover(page).get_by_role("button"))
    expect(popover(page).get_by_role("status")).to_have_text("Copied: sentence with link")
    page.keyboard.press("Escape")
    expect(popover(page)).to_have_count(0)


def test_the_prose_can_be_selected_without_the_popover(page: Page, site: Site) -> None:
    page.goto(site.prose(TRUE))
    before = page.locator("article").inner_text()
    page.locator("a.claim").hover()
    expect(popover(page)).to_be_visible()
    page.keyboard.press("Escape")
    assert page.locator("article").inner_text() == before


def test_paper_has_neither_popover_nor_buttons(page: Page, site: Site) -> None:
    body = f'<p>One.{marker(TRUE)}</p><div class="claim-cite" data-claim="{TRUE}"><p>Plain</p></div>'
    page.goto(site.put("/c/page/", body))
    expect(page.locator(".claim-actions")).to_be_visible()
    page.locator("a.claim").hover()
    expect(popover(page)).to_be_visible()
    page.emulate_media(media="print")
    expect(page.locator(".claim-popover")).to_be_hidden()
    expect(page.locator(".claim-actions")).to_be_hidden()
    expect(page.locator("a.claim")).to_be_visible()


# The page of a claim ---------------------------------------------------------------------------------------


def bibtex(origin: str) -> str:
    return claim_data.cite(claims.get(TRUE), f"{origin}/")["bibtex"]


def markdown(origin: str) -> str:
    return claim_data.cite(claims.get(TRUE), f"{origin}/")["markdown"]


def sentence(origin: str) -> str:
    return f"“{claims.get(TRUE).statement}”\n{origin}/c/{TRUE}/"


@pytest.mark.parametrize(
    ("button", "expected"),
    [("Copy sentence with link", sentence), ("Copy Markdown", markdown), ("Copy BibTeX", bibtex)],
)
@pytest.mark.parametrize("built_for", ["elsewhere", "here"])
def test_a_button_copies_with_an_address_of_this_site(
    page: Page, site: Site, button: str, expected: Callable[[str], str], built_for: str
) -> None:
    origin = site.server.origin
    site.put_claim(TRUE, ELSEWHERE if built_for == "elsewhere" else f"{origin}/")
    page.goto(f"{origin}/c/{TRUE}/")
    press(page, page.get_by_role("button", name=button))
    expect(page.locator(".claim-cite [role=status]")).to_have_text(f"Copied: {button.removeprefix('Copy ')}")
    assert clipboard(page) == expected(origin)


def test_the_json_is_the_whole_claim(page: Page, site: Site) -> None:
    page.goto(f"{site.server.origin}/c/{TRUE}/")
    press(page, page.get_by_role("button", name="Copy JSON"))
    expect(page.locator(".claim-cite [role=status]")).to_have_text("Copied: JSON")
    here = json.dumps(claim_data.entry(claims.get(TRUE), f"{site.server.origin}/", TODAY), default=str)
    assert json.loads(clipboard(page)) == json.loads(here)


def test_one_tap_after_arrival_the_sentence_is_copied(phone: Page, site: Site) -> None:
    phone.goto(f"{site.server.origin}/c/{TRUE}/")
    copy = phone.get_by_role("button", name="Copy sentence with link")
    expect(copy).to_be_in_viewport(ratio=1)
    press(phone, copy)
    expect(phone.locator(".claim-cite [role=status]")).to_have_text("Copied: sentence with link")
    assert clipboard(phone) == sentence(site.server.origin)


def test_share_is_there_where_the_browser_can_share(page: Page, site: Site) -> None:
    page.add_init_script("navigator.share = async (what) => { window.shared = what; };")
    page.goto(f"{site.server.origin}/c/{TRUE}/")
    page.get_by_role("button", name="Share").click()
    assert page.evaluate("window.shared") == {"text": sentence(site.server.origin)}


def test_where_copying_is_refused_the_text_is_selected(page: Page, site: Site) -> None:
    page.add_init_script(
        "navigator.clipboard.writeText = () => Promise.reject(new Error('no')); document.execCommand = () => false;"
    )
    page.goto(f"{site.server.origin}/c/{TRUE}/")
    press(page, page.get_by_role("button", name="Copy sentence with link"))
    expect(page.locator(".claim-cite [role=status]")).to_contain_text("The text is selected")
    area = page.get_by_role("textbox", name="Text to copy")
    expect(area).to_be_focused()
    selected = area.evaluate("(area) => area.value.slice(area.selectionStart, area.selectionEnd)")
    assert selected == sentence(site.server.origin)


# The index -------------------------------------------------------------------------------------------------


@pytest.fixture
def index(site: Site) -> str:
    """The real index, with every claim there is."""
    made = claim_pages.sources(claims.every())["claims.md"]
    return site.put("/claims/", made.partition("-->")[2].replace('href="claim:', 'href="../c/'))


EVERY = claims.every()


def rows(page: Page, which: str = ":visible") -> set[str]:
    """The claims that can be seen once the filter is there."""
    expect(page.locator(".claim-filter")).to_be_visible()
    return set(
        page.locator(f"li[data-evidence]{which}").evaluate_all("(items) => items.map((item) => item.id)")
    )


def folded(page: Page) -> None:
    """No claim is taken away, and each waits under the name of its mechanism."""
    assert rows(page, ":not([hidden])") == {claim.id for claim in EVERY}
    assert rows(page) == set()
    expect(page.locator("h2:visible")).to_have_count(len({claim.mechanism for claim in EVERY}))


def ids(fits: Callable[[Claim], bool]) -> set[str]:
    return {claim.id for claim in EVERY if fits(claim)}


def address_has(page: Page, query: str) -> None:
    page.wait_for_url(re.compile(re.escape(query)))


def test_without_a_filter_all_claims_are_there_under_their_mechanisms(page: Page, index: str) -> None:
    page.goto(index)
    expect(page.locator(".claim-filter-count")).to_have_text(f"{len(EVERY)} of {len(EVERY)}")
    expect(page.get_by_role("button", name="Reset")).to_be_disabled()
    folded(page)
    page.locator("summary", has_text="Silent push").click()
    assert rows(page) == ids(lambda claim: claim.mechanism == "silent-push")
    page.reload()
    assert rows(page) == ids(lambda claim: claim.mechanism == "silent-push")


@pytest.mark.parametrize("named", ["silent-push", f"{TRUE}"])
def test_an_address_opens_the_group_that_it_names(page: Page, index: str, named: str) -> None:
    page.goto(f"{index}#{named}")
    mechanism = named.partition(".")[0]
    assert rows(page) == ids(lambda claim: claim.mechanism == mechanism)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert rows(page) == {claim.id for claim in EVERY}


def test_an_address_whose_fragment_cannot_be_read_opens_nothing(page: Page, index: str) -> None:
    page.goto(f"{index}#%E0%A4%A")
    folded(page)


def test_all_words_must_be_in_the_sentence_or_the_id(page: Page, index: str) -> None:
    page.goto(index)
    page.get_by_label("Words", exact=True).fill("  PUSH live-activity. ")
    expected = ids(
        lambda claim: all(
            word in f"{claim.statement} {claim.id}".replace("`", "").lower()
            for word in ("push", "live-activity.")
        )
    )
    assert 0 < len(expected) < 40
    expect(page.locator(".claim-filter-count")).to_have_text(f"{len(expected)} of {len(EVERY)}")
    assert rows(page) == expected
    counted = page.locator("summary:visible > span").all_inner_texts()
    assert sum(int(text.split()[0]) for text in counted) == len(
        expected
    )  # red before: each counted all that it has
    address_has(page, "?text=PUSH+live-activity.")


@pytest.mark.parametrize(
    ("label", "choice", "query", "field", "value"),
    [
        ("Mechanism", "Force quit", "mechanism=force-quit", "mechanism", "force-quit"),
        ("Evidence", "said by Apple", "evidence=vendor-statement", "evidence", "vendor-statement"),
        ("Status", "wrong", "status=refuted", "status", "refuted"),
    ],
)
def test_each_select_filters_and_writes_the_address(
    page: Page, index: str, label: str, choice: str, query: str, field: str, value: str
) -> None:
    page.goto(index)
    page.get_by_label(label, exact=True).select_option(label=choice)
    assert rows(page) == ids(lambda claim: getattr(claim, field) == value)
    address_has(page, f"?{query}")
    page.reload()
    expect(page.get_by_label(label, exact=True)).to_have_value(value)
    assert rows(page) == ids(lambda claim: getattr(claim, field) == value)


def number(version: str) -> tuple[int, int]:
    major, _, minor = version.partition(".")
    return int(major), int(minor or 0)


@pytest.mark.parametrize("version", ["9", "16.2", "17", "18", "26.1"])
def test_versions_are_compared_as_numbers(page: Page, index: str, version: str) -> None:
    page.goto(f"{index}?ios={version}")
    expected = ids(
        lambda claim: (
            (not claim.since or number(claim.since) <= number(version))
            # The last version may be a major one, and then has all of its minor ones in it.
            and (
                not claim.until
                or number(version) <= number(claim.until)
                or claim.until == version.partition(".")[0]
            )
        )
    )
    assert rows(page) == expected
    assert len(expected) < len(EVERY)


def test_the_address_gives_the_filter_and_reset_takes_it_away(page: Page, index: str) -> None:
    page.goto(f"{index}?other=1&mechanism=live-activity&text=push")
    expected = ids(
        lambda claim: claim.mechanism == "live-activity" and "push" in f"{claim.statement} {claim.id}".lower()
    )
    assert rows(page) == expected
    headings = page.locator("h2:visible")
    expect(headings).to_have_count(1)
    expect(headings).to_contain_text("Live Activity")
    page.get_by_role("button", name="Reset").click()
    folded(page)
    expect(page.get_by_label("Words", exact=True)).to_be_focused()
    page.wait_for_url(f"{index}?other=1")


def test_a_filter_that_fits_nothing_says_so(page: Page, index: str) -> None:
    page.goto(f"{index}?text=zebra")
    expect(page.locator(".claim-filter-count")).to_have_text(f"0 of {len(EVERY)}. No claim fits all of this.")
    expect(page.locator("h2:visible")).to_have_count(0)


def test_an_address_with_nonsense_filters_nothing(page: Page, index: str) -> None:
    page.goto(f"{index}?mechanism=<script>&ios=banana&evidence=%00")
    folded(page)
    expect(page.get_by_label("Mechanism", exact=True)).to_have_value("")


def test_the_address_is_written_once_when_the_keys_rest(page: Page, index: str) -> None:
    page.goto(index)
    field = page.get_by_label("Words", exact=True)
    expect(field).to_be_visible()
    hold_the_clock(page)
    page.evaluate(
        "() => { window.written = []; const own = history.replaceState; history.replaceState = function (...all) "
        "{ window.written.push(String(all[2])); own.apply(this, all); }; }"
    )
    for text in ("p", "pu", "pus", "push"):
        field.fill(text)
        page.clock.run_for(100)
    assert page.evaluate("window.written") == []
    page.clock.run_for(1_000)
    assert page.evaluate("window.written") == [f"{index}?text=push"]


def test_a_claim_that_is_overdue_says_so(page: Page, site: Site) -> None:
    site.put_claim(TRUE, review_by=date(2026, 1, 1))
    page.goto(site.prose(TRUE))
    page.locator("a.claim").hover()
    expect(popover(page)).to_contain_text("A review was due by 1 January 2026.")


# What is copied is what is read -----------------------------------------------------------------------------


def copied_from(page: Page, number: int = 0) -> str:
    page.locator("a.claim").nth(number).hover()
    press(page, popover(page).get_by_role("button", name="Copy sentence with link"))
    expect(popover(page).get_by_text("Copied: sentence with link")).to_be_visible()
    return clipboard(page)


@pytest.mark.parametrize(
    ("block", "number", "sentence"),
    [
        ("<p>One. The card stays.{0} Two.{1}</p>", 0, "The card stays."),
        ("<p>One. The card stays.{0} Two.{1}</p>", 1, "Two."),
        (
            "<li><strong>The card does not end with its app.</strong> It can stay after a crash.{0}</li>",
            0,
            "It can stay after a crash.",
        ),
        (
            "<p>Since iOS 26.1, after a tap,{0} work goes on. It ends.</p>",
            0,
            "Since iOS 26.1, after a tap, work goes on.",
        ),
        ("<table><tr><td>Thirty seconds{0}</td><td>other</td></tr></table>", 0, "Thirty seconds"),
        ("<ul><li>A sentence.{0}<ul><li>Another one.</li></ul></li></ul>", 0, "A sentence."),
    ],
)
def test_the_sentence_that_stands_there_is_copied(
    page: Page, site: Site, block: str, number: int, sentence: str
):
    page.goto(site.put("/stands/", block.format(marker(TRUE), marker(ASSUMED))))
    claim = (TRUE, ASSUMED)[number]
    assert copied_from(page, number) == f"“{sentence}”\n{site.server.origin}/c/{claim}/"


def test_folklore_is_copied_in_the_claims_own_words(page: Page, site: Site):
    page.goto(site.put("/stands/", f"<p>Uploads survive a force quit.{marker(WRONG)}</p>"))
    assert copied_from(page).startswith(f"Wrong: “{claims.get(WRONG).statement}”\n")


def test_a_selection_is_copied_without_the_words_of_its_marks(page: Page, site: Site):
    page.goto(
        site.put(
            "/stands/", f"<p>It is paused,{marker(TRUE)} and even a timer stops.{marker(ASSUMED)} More.</p>"
        )
    )
    page.evaluate("getSelection().selectAllChildren(document.querySelector('p'))")
    page.keyboard.press("Control+c")
    assert clipboard(page) == "It is paused, and even a timer stops. More."


def test_a_question_and_a_promise_are_copied_with_their_address(page: Page, site: Site):
    body = (
        '<p class="lead citable-headings">Questions.</p>'
        '<h3 id="q01">Does it go on?<a class="headerlink" href="#q01">#</a></h3><p>No.</p>'
        '<h3 id="q02" data-address="../q/q02/">And then?</h3>'
    )
    page.goto(site.put("/questions/", body))
    buttons = page.get_by_role("button", name="Copy link")
    press(page, buttons.nth(0))
    assert clipboard(page) == f"Does it go on?\n{site.server.origin}/questions/#q01"
    buttons.nth(1).click()
    expect(page.get_by_text("Copied: sentence with link").nth(1)).to_be_visible()
    assert clipboard(page) == f"And then?\n{site.server.origin}/q/q02/"


PICTURE = (
    '<figure class="picture"><div class="snippet-picture"><svg xmlns="http://www.w3.org/2000/svg" width="100%" height="40">'
    '<title>The pair</title><rect width="100%" height="40" fill="var(--as-gap, #d6402b)"/></svg></div></figure>'
)

LOOK = """async () => {
  const [item] = await navigator.clipboard.read();
  const image = await createImageBitmap(await item.getType("image/png"));
  const canvas = new OffscreenCanvas(image.width, image.height);
  const brush = canvas.getContext("2d");
  brush.drawImage(image, 0, 0);
  return [image.width, image.height, ...brush.getImageData(image.width / 2, image.height / 2, 1, 1).data];
}"""


def test_a_picture_is_copied_for_a_slide_in_the_colours_of_the_page(page: Page, site: Site):
    page.goto(site.put("/pictures/", PICTURE))
    press(page, page.get_by_role("button", name="Copy as picture"))
    expect(page.get_by_text("Copied: picture")).to_be_visible()
    assert page.evaluate(LOOK) == [1616, 176, 0xD1, 0x3A, 0x24, 255]


def test_where_pictures_cannot_be_copied_they_are_saved(page: Page, site: Site):
    page.add_init_script("delete globalThis.ClipboardItem")
    page.goto(site.put("/pictures/", PICTURE))
    with page.expect_download() as download:
        page.get_by_role("button", name="Copy as picture").click()
    assert download.value.suggested_filename == "The pair.png"
    expect(page.get_by_text("Saved: this browser does not copy pictures.")).to_be_visible()


def test_filters_and_marks_have_the_same_words(page: Page, index: str) -> None:
    page.goto(index)
    page.get_by_label("Status", exact=True).wait_for()
    for label, marks in (("Evidence", "not([class*=status])"), ("Status", "is([class*=status])")):
        options = page.get_by_label(label, exact=True).locator("option").all_text_contents()[1:]
        words = set(page.locator(f".claim-list .claim-badge:{marks}").all_text_contents())
        assert set(options) - {"current"} == words, label


# Swift ---------------------------------------------------------------------------------------------------------


def test_a_swift_file_is_copied_to_the_last_line(page: Page, site: Site) -> None:
    page.goto(
        site.put("/swift/", f'<div class="swift" data-swift="sync_recipe">{swift_html("sync_recipe")}</div>')
    )
    button = page.get_by_role("button", name="Copy sync_recipe.swift")
    press(page, button)
    expect(button).to_have_text("Copied")
    expect(page.get_by_role("status")).to_have_text("Copied: sync_recipe.swift")
    assert clipboard(page) == snippets.swift("sync_recipe")
