"""The picture that moves: it plays, it is moved by a slider, and it stands as it is where its other moments do not come."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from guide.pages import moments

from .conftest import PATIENCE_MS
from .serving import StaticServer
from .test_site import SITE
from .watching import Watch, hold_the_clock, own_clock

FIRST, SECOND = "/", "/thirty-seconds/"
UPLOAD, ASSERTION = (moments.of(name) for name in ("story_upload_moments", "story_upload_assertion_moments"))
STEP_MS = 900


@pytest.fixture
def served() -> Path:
    """The built site."""
    return SITE


@pytest.fixture
def phone(browser: Browser, watch: Watch) -> Iterator[Page]:
    """A watched page of a narrow phone."""
    context = browser.new_context(viewport={"width": 320, "height": 640}, has_touch=True, is_mobile=True)
    context.set_default_timeout(PATIENCE_MS)
    watch.follow(context)
    yield context.new_page()
    context.close()


def figure(page: Page) -> Locator:
    return page.locator("figure.moments[data-dressed]")


def shows(place: Locator, moment: moments.Moment) -> None:
    """The picture, the words and the slider are those of this moment."""
    expect(place.locator(".moments-words")).to_have_text(re.compile(f"^{re.escape(moment.words)}"))
    expect(place.locator("input")).to_have_attribute("aria-valuetext", f"{moment.words}: {moment.said}")
    assert place.locator(".snippet-picture desc").text_content().endswith(f"\n{moment.said}")
    (arrived,) = re.findall(r">(\d+ % arrived)<", moment.svg)
    assert place.get_by_text(arrived, exact=True).count() == 1


def asked(server: StaticServer) -> int:
    return len(server.asked("assets/moments/"))


def test_the_other_moments_come_once_and_at_the_first_sign_of_interest(
    page: Page, server: StaticServer
) -> None:
    page.goto(server.origin + FIRST, wait_until="networkidle")
    shows(figure(page), UPLOAD[-1])
    assert asked(server) == 0
    assert server.asked("/moments.") == []
    with page.expect_response(re.compile("assets/moments/")):
        figure(page).hover()
    slider = page.get_by_role("slider", name="Time")
    for at in (3, 0):
        slider.fill(str(at))
        shows(figure(page), UPLOAD[at])
    assert asked(server) == 1


@pytest.mark.parametrize(("path", "all_of_them"), [(FIRST, UPLOAD), (SECOND, ASSERTION)])
def test_keys_move_it_and_nothing_jumps(
    phone: Page, server: StaticServer, path: str, all_of_them: list[moments.Moment]
) -> None:
    phone.goto(server.origin + path)
    place, slider = figure(phone), phone.get_by_role("slider", name="Time")
    before = place.bounding_box()
    slider.focus()
    slider.press("Home")
    for moment in all_of_them[:-1]:
        shows(place, moment)
        assert place.bounding_box()["height"] == before["height"]
        slider.press("ArrowRight")
    shows(place, all_of_them[-1])
    assert slider.bounding_box()["height"] >= 44
    assert place.get_by_role("button", name="Play").bounding_box()["height"] >= 44
    assert phone.evaluate("document.documentElement.scrollWidth") == 320


def test_a_tap_plays_to_the_end_and_no_further(phone: Page, server: StaticServer) -> None:
    own_clock(phone)
    phone.goto(server.origin + FIRST)
    expect(figure(phone)).to_be_attached()
    hold_the_clock(phone)
    picture = figure(phone).locator(".snippet-picture")
    picture.tap()
    for moment in UPLOAD:
        shows(figure(phone), moment)
        phone.clock.run_for(STEP_MS)
    phone.clock.run_for(60_000)
    shows(figure(phone), UPLOAD[-1])
    expect(figure(phone).locator(".moments-words")).to_have_text(f"{UPLOAD[-1].words}: {UPLOAD[-1].said}")
    picture.tap()
    shows(figure(phone), UPLOAD[0])
    phone.clock.run_for(STEP_MS)
    shows(figure(phone), UPLOAD[1])
    phone.clock.run_for(STEP_MS // 2)
    picture.tap()  # in the middle: from the beginning, and at the same pace
    shows(figure(phone), UPLOAD[0])
    phone.clock.run_for(STEP_MS // 2)
    shows(figure(phone), UPLOAD[0])
    phone.clock.run_for(STEP_MS // 2)
    shows(figure(phone), UPLOAD[1])


def test_the_button_plays_and_the_slider_holds_it(page: Page, server: StaticServer) -> None:
    own_clock(page)
    page.goto(server.origin + FIRST)
    expect(figure(page)).to_be_attached()
    hold_the_clock(page)
    button = page.get_by_role("button", name="Play", exact=True)
    button.focus()
    button.press("Enter")
    shows(figure(page), UPLOAD[0])
    page.get_by_role("slider", name="Time").press("ArrowRight")
    shows(figure(page), UPLOAD[1])
    page.clock.run_for(60_000)
    shows(figure(page), UPLOAD[1])


def test_where_nothing_shall_move_a_tap_goes_one_moment_on(phone: Page, server: StaticServer) -> None:
    phone.emulate_media(reduced_motion="reduce")
    own_clock(phone)
    phone.goto(server.origin + FIRST)
    expect(figure(phone)).to_be_attached()
    hold_the_clock(phone)
    for moment in UPLOAD[:2]:
        figure(phone).locator(".snippet-picture").tap()
        shows(figure(phone), moment)
        phone.clock.run_for(60_000)
        shows(figure(phone), moment)
    expect(phone.get_by_role("button", name="Play", exact=True)).to_have_count(0)
    phone.get_by_role("button", name="Next", exact=True).tap()
    shows(figure(phone), UPLOAD[2])


@pytest.mark.parametrize("part", ["assets/moments/", "_run/moments."])
def test_where_they_do_not_come_a_sentence_says_so_and_the_picture_stays(
    page: Page, server: StaticServer, watch: Watch, part: str
) -> None:
    watch.allow("404")
    page.goto(server.origin + FIRST)
    server.fail(part, "missing")
    slider = page.get_by_role("slider", name="Time")
    slider.press("Home")
    expect(figure(page).locator(".moments-words")).to_have_text("The other moments could not be fetched.")
    expect(slider).to_have_value(str(len(UPLOAD) - 1))
    expect(figure(page).locator(".snippet-picture desc")).to_contain_text(UPLOAD[-1].said)
    if part.startswith("assets"):
        server.heal()
        slider.press("Home")
        shows(figure(page), UPLOAD[0])


def test_the_theme_exchanges_the_page_while_it_plays_and_brings_it_back(
    page: Page, server: StaticServer
) -> None:
    page.goto(server.origin + FIRST)
    page.evaluate("window.stayed = true")
    figure(page).locator(".snippet-picture").click()
    shows(figure(page), UPLOAD[0])
    page.locator(".md-sidebar--primary a[href*='thirty-seconds']").click()
    page.wait_for_url(server.origin + SECOND)
    shows(figure(page), ASSERTION[-1])
    page.get_by_role("slider", name="Time").press("Home")
    shows(figure(page), ASSERTION[0])
    page.go_back()
    page.wait_for_url(server.origin + FIRST)
    shows(figure(page), UPLOAD[-1])
    page.get_by_role("slider", name="Time").press("ArrowLeft")
    shows(figure(page), UPLOAD[-2])
    assert page.evaluate("window.stayed"), "the page was loaded anew"


def test_they_are_found_where_the_site_stands_in_a_folder(browser: Browser) -> None:
    context = browser.new_context()
    page = context.new_page()
    with StaticServer(SITE.parent) as server:
        page.goto(f"{server.origin}/{SITE.name}/")
        page.get_by_role("slider", name="Time").press("Home")
        shows(figure(page), UPLOAD[0])
    context.close()


def test_two_on_a_page_go_each_its_own_way(page: Page, server: StaticServer) -> None:
    own_clock(page)
    page.goto(server.origin + FIRST)
    page.evaluate(
        """async (path) => {
            const other = new DOMParser().parseFromString(await (await fetch(path)).text(), "text/html");
            document.querySelector("figure.moments").after(document.adoptNode(other.querySelector("figure.moments")));
        }""",
        SECOND,
    )
    expect(figure(page)).to_have_count(2)
    hold_the_clock(page)
    one, other = figure(page).nth(0), figure(page).nth(1)
    one.locator(".snippet-picture").click()
    shows(one, UPLOAD[0])
    shows(other, ASSERTION[-1])
    other.locator("input").fill("4")
    shows(other, ASSERTION[4])
    page.clock.run_for(STEP_MS)
    shows(one, UPLOAD[1])
    shows(other, ASSERTION[4])


def test_what_is_copied_is_the_moment_that_is_shown(page: Page, server: StaticServer, watch: Watch) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=server.origin)
    page.goto(server.origin + FIRST)
    page.get_by_role("slider", name="Time").press("Home")
    shows(figure(page), UPLOAD[0])
    page.get_by_role("button", name="Copy as picture").click()
    expect(page.get_by_text("Copied: picture")).to_be_visible()
    height = page.evaluate("""async () => {
        const [item] = await navigator.clipboard.read();
        return (await createImageBitmap(await item.getType("image/png"))).height;
    }""")
    first, last = (int(re.search(r'height="(\d+)"', moment.svg)[1]) for moment in (UPLOAD[0], UPLOAD[-1]))
    assert height == 2 * (first + 2 * 24) != 2 * (last + 2 * 24)


def test_without_scripts_and_on_paper_it_is_a_picture(
    browser: Browser, page: Page, server: StaticServer
) -> None:
    context = browser.new_context(java_script_enabled=False)
    plain = context.new_page()
    plain.goto(server.origin + FIRST)
    expect(plain.locator("figure.moments desc")).to_contain_text(UPLOAD[-1].said)
    expect(plain.locator("figure.moments svg").first).to_be_visible()
    assert plain.locator(".moments-way").bounding_box() is None, "it takes no room"
    context.close()
    page.goto(server.origin + FIRST)
    expect(figure(page).locator(".moments-way")).to_be_visible()
    page.emulate_media(media="print")
    expect(figure(page).locator(".moments-way")).to_be_hidden()
