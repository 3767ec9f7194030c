"""What a card's words tell, and that the pair judges by it."""

import asyncio

import pytest

from afterswipe import MB, Phone, UsageError
from afterswipe.seen.words import GOES_ON, STOPPED, WAITS, figure, told_by

WAITING = """Scheduled · Will go on when you open the app · Waiting for Wi-Fi · Waiting… · Waits for Wi-Fi · Paused · In Warteschlange
Queued · Starts on Wi-Fi · Resumes when you open the app · On hold · Upload paused · Uploading \u2013 paused · Uploading, waiting for Wi-Fi
Wartet auf WLAN · Pausiert · En attente du Wi-Fi · In queue · Will resume later · Will be posted when you are back online · Offline
Continues on Wi-Fi · No connection · Needs Wi-Fi · Pending · Waiting for the server · Open the app to continue · Uploads when charging
Uploading will continue on Wi-Fi · Posting your story, waiting for a network · Tap to resume · Ready to upload · Postponed · Retrying in 30 s
Needs Wi\u2011Fi · Stalled · Not connected · Resuming when online · Not on Wi\u2011Fi · Waiting\u00a0… · Open app to finish
Not yet uploaded · Connect to Wi-Fi to continue · Open Photos to continue · Wi-Fi required · Requires Wi-Fi · Retry later · Server unreachable"""
GOING = """Uploading 3 of 5 · waiting for the server|Uploading 3 of 5|Posting your story|Uploading, 2 waiting|Posting (2 queued)|Almost done
27 MB of 60 MB|45 %|Processing on our servers|No need to wait|Retrying now|You can lock your phone|Uploading in the background
Will finish soon|Uploading over Wi-Fi|Uploading your scheduled post|Uploading error report|Cancel anytime|Uploading. Tap to open|No errors
Uploading, 1 failed|Uploading 3 of 5, 2 failed|Wi-Fi|Keep the app open|Please wait"""
ENDED = """Not posted|Upload failed|Stopped|Couldn't post your story|Couldn\u2019t send|Cancelled|Interrupted|Paused|Fehlgeschlagen|Timed out
Your story hasn't finished uploading|Something went wrong|Unable to upload|Connection lost|Try again|Resumes when you open the app
Not uploading|No longer uploading|Upload is not running|Stalled|Open app to finish|Not\u00a0posted
Message not delivered|Storage full|Out of storage|Not enough space|Nothing is being uploaded|Upload ended|Terminated|Rejected by the server|Access denied"""


def test_words_that_wait_go_on_or_have_stopped():
    assert [text for text in WAITING.replace("\n", " · ").split(" · ") if WAITS not in told_by(text)] == []
    assert [text for text in GOING.replace("\n", "|").split("|") if told_by(text)] == []
    assert [text for text in ENDED.replace("\n", "|").split("|") if STOPPED not in told_by(text)] == []


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("45 %", 0.45),
        ("Uploading… 45,5%", 0.455),
        ("3 of 5", 0.6),
        ("3/5", 0.6),
        ("27 MB of 60 MB", 0.45),
        ("500 KB of 2 MB", 0.25),
        ("27 of 60 MB", 0.45),
        ("Posted", 1.0),
        ("2:1", None),
        ("12/24/2026", None),
        ("24/7", None),
        ("Almost done", None),
        ("0 of 0", None),
    ],
)
def test_figures(text, shown):
    told = figure(text)
    assert (told and told[0]) == (shown and pytest.approx(shown))


def run(text: str, *, means: str = "", title: str = "Your story") -> Phone:
    """A card whose upload waits for a network, and the app is suspended."""

    async def main(app):
        card = app.activities.request(title, text=text)
        card.follows(app.background_url_session.upload("story.mov", size=60 * MB))
        if means:
            card.means(means)
        await asyncio.Event().wait()

    phone = Phone()
    phone.open(main)
    phone.wait(seconds=5)
    phone.swipe_up()
    phone.network.disconnect()
    phone.wait(minutes=10)
    return phone


@pytest.mark.parametrize(
    ("text", "word", "frozen"),
    [
        ("Waiting for Wi-Fi", "", False),
        ("Resumes when you open the app", "", False),
        ("Posting", "", True),
        ("Uploading 3 of 5 · waiting for the server", "", True),
        ("Várakozik", "", True),
        ("Várakozik", WAITS, False),
        ("Waiting for friends to join", GOES_ON, True),
    ],
)
def test_a_card_that_says_that_it_waits_is_right_while_it_does(text, word, frozen):
    truth = run(text, means=word).truth()
    assert [gap.what for gap in truth.gaps] == ["frozen"] * frozen


def test_a_title_can_say_it_too():
    assert run("", title="Upload paused").truth().gap == 0
    assert run("5 MB", title="Uploading").truth().gap > 0


def test_a_figure_in_the_text_is_compared_with_the_bytes():
    async def main(app):
        card = app.activities.request("Your story", text="0 %")
        card.follows(app.background_url_session.upload("story.mov", size=60 * MB))
        await asyncio.Event().wait()

    phone = Phone()
    phone.open(main)
    phone.swipe_up()
    phone.wait(seconds=30)
    assert [(gap.what, gap.work) for gap in phone.truth().gaps] == [("frozen", GOES_ON)]


def test_a_meaning_is_one_of_three_and_belongs_to_a_text():
    async def main(app):
        card = app.activities.request("Your story")
        with pytest.raises(
            UsageError, match=r"no meaning of a text 'later'. There are: goes on, waits, stopped"
        ):
            card.means("later", "Später")
        with pytest.raises(UsageError, match="no text that could mean something"):
            card.means(WAITS)

    Phone().open(main)
