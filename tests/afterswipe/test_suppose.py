"""A phone on which a belief that people hold is supposed: each changes a snippet, and all that is shown says so."""

import pytest

from afterswipe import MB, Phone, UsageError
from afterswipe.claims import catalogue
from afterswipe.claims.rules import Rules, beliefs
from guide import snippets

CHANGES = {
    "story-upload.folklore-live-activity-keeps-it-going": "story_upload",
    "live-activity-push.update-push-gives-run-time": "server_push",
    "force-quit.uploads-survive": "background_upload_force_quit",
    "background-refresh.folklore-finishes-uploads": "refresh_launches",
    "background-processing.folklore-progress-bar-after-post": "processing_overnight",
    "story-upload.folklore-cache-and-refresh-switch": "swoop",
}
"""Each belief, and a snippet that shows something else on a phone that supposes it."""


def test_each_belief_has_its_snippet():
    assert set(CHANGES) == set(beliefs())


@pytest.fixture
def supposing(monkeypatch):
    """Let every phone of a snippet suppose a belief."""
    begin = Rules.__init__

    def suppose(belief: str) -> None:
        monkeypatch.setattr(
            Rules, "__init__", lambda self, ios, **others: begin(self, ios, **others | {"suppose": [belief]})
        )

    return suppose


@pytest.mark.parametrize("belief", CHANGES)
def test_a_belief_changes_what_a_snippet_shows(belief, supposing):
    supposing(belief)
    supposed = snippets.run(snippets.FOLDER / f"{CHANGES[belief]}.py")
    mark = f"Supposed, and not so: {catalogue.rule(belief).statement}"
    accepted = snippets.accepted(CHANGES[belief])
    unmarked = supposed.text.replace(f"{mark}\n", "").replace(f"{mark} ", "")
    assert unmarked != accepted.text
    assert "upposed" not in unmarked


def posted(**arguments) -> Phone:
    async def post_story(app):
        card = app.activities.request("Posting your story", progress=0.0)
        async for sent in app.url_session.upload("story.mov", size=60 * MB):
            card.update(progress=sent)
        card.end("Posted")

    phone = Phone(**arguments)
    phone.open(post_story)
    phone.wait(seconds=2)
    phone.swipe_up()
    phone.wait(minutes=3)
    return phone


@pytest.mark.parametrize("belief", CHANGES)
def test_all_that_is_shown_is_marked(belief):
    phone = posted(suppose=[belief])
    mark = f"Supposed, and not so: {catalogue.rule(belief).statement}"
    for shown in (phone.lock_screen(), phone.truth(), phone.timeline()):
        assert str(shown).splitlines()[0] == mark
    for drawn in (phone.lock_screen(), phone.timeline()):
        picture = drawn._repr_svg_()
        assert picture.count(mark.partition("`")[0].partition("'")[0]) >= 2
        assert "Supposed, and not so: " in picture.partition("</title>")[0]
    assert mark.removeprefix("Supposed, and not so: ") in str(phone.record)
    assert phone.why()[0].id == belief
    assert not set(catalogue.rule(belief).displaces) & {rule.id for rule in phone.why()}


def test_nothing_is_marked_where_nothing_is_supposed():
    phone = posted()
    for shown in (
        str(phone.lock_screen()),
        str(phone.truth()),
        phone.timeline()._repr_svg_(),
        str(phone.record),
    ):
        assert "upposed" not in shown


def test_a_live_activity_that_kept_its_app_going_would_post_the_story():
    phone = posted(suppose=["story-upload.folklore-live-activity-keeps-it-going"])
    assert "reached the server; done" in str(phone.truth())


def test_a_switch_that_kept_the_app_going_would_have_to_be_on():
    belief = "story-upload.folklore-cache-and-refresh-switch"
    phone = posted(suppose=[belief])
    assert "reached the server; done" in str(phone.truth())
    phone.conditions.background_app_refresh = False
    phone.wait(seconds=1)
    assert not phone.app_state.runs


def test_a_belief_that_there_is_not_is_refused():
    with pytest.raises(UsageError, match=r"There are: .*force-quit\.uploads-survive"):
        Phone(suppose=["uploads survive everything"])
