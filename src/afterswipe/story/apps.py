"""The apps that post a story, one for each way; `strategies.STRATEGIES` says which iOS each needs and what starts it.

They are written for the good case, each by the rules of its one mechanism. Only the recipe looks at its next launch for what a
force quit has cut, and starts it again; and only the recipe schedules a notification in advance that says so when the story is not
posted, and takes it back when it is (claim life-cycle.local-notification-without-the-app). An app tells its card whenever the card would be wrong by half of what claim
model.card-tolerance allows; a task of the system is told of every piece.

Not modelled: the film's rendering, except as a time that needs run time (`Story.render`); the app's own disk; uploads in the app's process that are tried again.
"""

import asyncio
from collections.abc import AsyncIterable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from afterswipe import (
    Activity,
    Application,
    BackgroundUploadTask,
    BGContinuedProcessingTask,
    BGContinuedProcessingTaskRequest,
    BGProcessingTask,
    BGProcessingTaskRequest,
    LongRunningIntent,
    URLError,
)
from afterswipe.claims.rules import Rules
from afterswipe.frameworks.activitykit.card import LIVE

HOST = "upload.example"
_FILE = "story.mov"
_URL = f"https://{HOST}/story"
_TITLE = "Posting your story"
_NOTICE = "not posted"


@dataclass(frozen=True)
class Story:
    """A film to post: its size in bytes, and how many seconds of run time its rendering takes after the tap."""

    size: int
    render: float = 0

    @classmethod
    def usual(cls, rules: Rules) -> "Story":
        """The story of the comparisons (claim model.story-size)."""
        return cls(int(rules.number("model.story-size")))

    def parts(self, rules: Rules) -> list[int]:
        """The sizes of its parts, in bytes, for the apps that cut it (claim model.story-part)."""
        part = int(rules.number("model.story-part"))
        return [min(part, self.size - start) for start in range(0, self.size, part)]


StoryApp = Callable[[Application, Story], Coroutine[Any, Any, None]]
"""An app that posts a story; it is run anew at every launch."""


# What they share.


async def _tapped(app: Application, story: Story) -> Activity:
    """Wait for the tap, show the card, render the film."""
    await app.tapped()
    return await _rendered(app, story)


async def _rendered(app: Application, story: Story) -> Activity:
    card = app.activities.request(_TITLE, progress=0.0, push_type="token")
    await asyncio.sleep(story.render)
    return card


class _Ending:
    """Let the card say how the upload ended."""

    def __init__(self, card: Activity | None) -> None:
        self._card = card

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> bool:
        if kind is not None and not issubclass(kind, URLError):
            return False
        if self._card is not None and self._card.activity_state in LIVE:
            self._card.end("Posted" if kind is None else "Not posted")
        return True


async def _follow(app: Application, upload: AsyncIterable[float], report: Callable[[float], object]) -> None:
    """Report the share that has arrived, before a card would be wrong."""
    step = app.rules.number("model.card-tolerance") / 2
    told = 0.0
    async for sent in upload:
        if sent >= told + step:
            told = sent
            report(sent)


def _live_card(app: Application) -> Activity | None:
    """The card that is still there from before, if there is one."""
    return next((card for card in app.activities if card.activity_state in LIVE), None)


def _to(card: Activity | None) -> Callable[[float], object]:
    """What tells the card how much has arrived, where there is a card."""
    return lambda sent: None if card is None else card.update(progress=sent)


async def _in_task(task: BGContinuedProcessingTask, upload: AsyncIterable[float]) -> None:
    """Count the upload's progress as the task's, and complete the task with it."""
    whole = task.progress.total_unit_count
    try:
        async for sent in upload:
            task.progress.completed_unit_count = int(sent * whole)
        success = True
    except URLError:
        success = False
    if not task.over:  # else its time was up
        task.set_task_completed(success)


def _in_process(app: Application, story: Story) -> AsyncIterable[float]:
    return app.url_session.upload(_FILE, size=story.size, to=_URL)


async def _in_the_process(app: Application, story: Story, card: Activity) -> None:
    with _Ending(card):
        await _follow(app, _in_process(app, story), _to(card))


def _hand_over(app: Application, story: Story) -> BackgroundUploadTask:
    return app.background_url_session.upload(_FILE, size=story.size, to=_URL)


# The ways.


async def nothing(app: Application, story: Story) -> None:
    """Upload in the app's process, and hope."""
    await _in_the_process(app, story, await _tapped(app, story))


async def assertion(app: Application, story: Story) -> None:
    """The same under a background task assertion; when its time is up, the card says that it did not work."""
    await app.tapped()
    held = True

    def give_back() -> None:
        nonlocal held
        if held:
            held = False
            app.end_background_task(extra_time)

    def expired() -> None:
        if (card := _live_card(app)) is not None:
            card.end("Not posted")
        give_back()

    extra_time = app.begin_background_task("post", expired)
    await _in_the_process(app, story, await _rendered(app, story))
    give_back()


async def background_session(app: Application, story: Story) -> None:
    """Hand one file to a background session."""
    card = await _tapped(app, story)
    with _Ending(card):
        await _follow(app, _hand_over(app, story), _to(card))
    app.complete_wake()


async def chained_chunks(app: Application, story: Story) -> None:
    """Hand over one part; on the wake-up that its end brings, the next."""
    card = await _tapped(app, story)
    before = 0
    with _Ending(card):
        for number, size in enumerate(story.parts(app.rules)):
            name, url = f"{_FILE} part {number + 1}", f"{_URL}/{number}"
            part = app.background_url_session.upload(name, size=size, to=url)
            app.complete_wake()
            async for sent in part:
                card.update(progress=(before + sent * size) / story.size)
            before += size
    app.complete_wake()


async def chunks_up_front(app: Application, story: Story) -> None:
    """Hand over all parts at once; the app is woken when the last has arrived."""
    card = await _tapped(app, story)
    session = app.background_url_session
    parts = [
        session.upload(f"{_FILE} part {number + 1}", size=size, to=f"{_URL}/{number}")
        for number, size in enumerate(story.parts(app.rules))
    ]

    def report(_share_of_a_part: float) -> None:
        card.update(progress=sum(part.count_of_bytes_sent for part in parts) / story.size)

    with _Ending(card):
        for part in parts:
            await _follow(app, part, report)
    app.complete_wake()


async def processing_task(app: Application, story: Story) -> None:
    """Ask for a processing task, and upload in it; when its time is up, ask again."""

    async def work(task: BGProcessingTask) -> None:
        def again() -> None:
            app.task_scheduler.submit(request)
            task.set_task_completed(success=False)

        task.expiration_handler = again
        card = _live_card(app)
        try:
            await _follow(app, _in_process(app, story), _to(card))
        except URLError:
            if not task.over:
                again()
            return
        if card is not None:
            card.end("Posted")
        app.task_scheduler.cancel(request.identifier)
        if not task.over:
            task.set_task_completed()

    request = BGProcessingTaskRequest("post", requires_network_connectivity=True)
    app.task_scheduler.register("post", work)
    await _tapped(app, story)
    app.task_scheduler.submit(request)


async def continued_task(app: Application, story: Story) -> None:
    """Upload in the app's process, in a continued task that the tap starts; the card is the system's."""

    async def work(task: BGContinuedProcessingTask) -> None:
        task.progress.total_unit_count = story.size
        task.expiration_handler = lambda: task.set_task_completed(success=False)
        await asyncio.sleep(story.render)
        await _in_task(task, _in_process(app, story))

    app.task_scheduler.register("post", work)
    await app.tapped()
    app.task_scheduler.submit(_continued_request())


def _continued_request() -> BGContinuedProcessingTaskRequest:
    return BGContinuedProcessingTaskRequest("post", title=_TITLE, subtitle="Uploading")


class PostStory(LongRunningIntent[Application]):
    """Uploads a story in the app's process; the card is the system's."""

    title = _TITLE

    def __init__(self, story: Story) -> None:
        self._story = story

    async def perform(self, app: Application) -> None:
        """Upload it, with progress."""

        async def send() -> None:
            await asyncio.sleep(self._story.render)
            async for sent in _in_process(app, self._story):
                self.report_progress(sent)

        try:
            await self.perform_background_task(send)
        except URLError:
            return


async def long_running_intent(_app: Application, _story: Story) -> None:
    """The app itself does nothing: the intent does."""


async def recipe(app: Application, story: Story) -> None:
    """The full recipe: a background session moves one file, a continued task wraps it from iOS 26 on, an assertion before.

    Claims story-upload.recipe, story-upload.recipe-before-ios-26, story-upload.recipe-server-updates-the-card. The card is the system's, or
    the app's own with a stale date and a server that pushes. A launch begins with what an earlier one left behind.
    """

    async def work(task: BGContinuedProcessingTask) -> None:
        task.progress.total_unit_count = story.size
        task.expiration_handler = lambda: task.set_task_completed(success=False)
        await asyncio.sleep(story.render)
        upload = _hand_over(app, story)
        await _in_task(task, upload)
        _take_back(app, upload)
        app.complete_wake()

    continued = app.rules.holds("continued-processing.ios-and-ipados-only")
    if continued:
        app.task_scheduler.register("post", work)
    earlier = app.background_url_session.tasks()
    if earlier:
        upload = _hand_over(app, story) if earlier[-1].failed else earlier[-1]
        await _with_own_card(app, story, upload)
        return
    if (left := _live_card(app)) is not None:
        left.end("Not posted")
    await app.tapped()
    _warn(app)
    if continued:
        app.task_scheduler.submit(_continued_request())
    else:
        await _with_own_card(app, story, None)


async def _with_own_card(app: Application, story: Story, upload: BackgroundUploadTask | None) -> None:
    """Show a card with a stale date, render where that is still to be done, and follow the system's upload."""
    patience = app.rules.milliseconds("model.story-patience") / 1000
    card = _live_card(app)
    await asyncio.sleep(0)  # at launch the state is background, until the scene is active
    if card is None and app.state.foreground and not (upload and upload.finished):
        card = app.activities.request(_TITLE, progress=0.0, stale_date=app.now + patience, push_type="token")
    if upload is None:
        extra_time = app.begin_background_task("render", lambda: app.end_background_task(extra_time))
        await asyncio.sleep(story.render)
        upload = _hand_over(app, story)
        app.end_background_task(extra_time)

    def report(sent: float) -> None:
        if card is not None:
            card.update(progress=sent, stale_date=app.now + patience)

    with _Ending(card):
        await _follow(app, upload, report)
    _take_back(app, upload)
    app.complete_wake()


def _warn(app: Application) -> None:
    """Schedule the bad news for claim model.failure-notice-after from now: whoever has to show it may be nobody."""
    after = app.rules.milliseconds("model.failure-notice-after") / 1000
    app.notifications.add(_NOTICE, "Your story is not posted yet. Open the app.", after=after)


def _take_back(app: Application, upload: BackgroundUploadTask) -> None:
    if upload.finished and not upload.failed:
        app.notifications.remove_pending(_NOTICE)
