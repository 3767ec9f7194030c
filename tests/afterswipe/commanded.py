"""A phone with an app that does what the test tells it, and writes down when its code ran and what it held."""

import asyncio
from collections.abc import Callable
from typing import Any

from afterswipe import (
    MB,
    SECOND,
    Activity,
    AfterSwipeError,
    Application,
    BGAppRefreshTask,
    BGAppRefreshTaskRequest,
    BGContinuedProcessingTask,
    BGContinuedProcessingTaskRequest,
    FileLock,
    LiveActivityIntent,
    Phone,
)

from .invariants import Run

HOW = (_SILENT, _SLOW, _QUICK) = ("Saying nothing", "Posting slowly", "Posting")
TICK = 5.0  # seconds between two signs of life of the app
STORY = 60 * MB


class StartCard(LiveActivityIntent):
    """Starts a card, works for some seconds, and ends."""

    title = "Start"

    def __init__(self, note: Callable[[Application], None]) -> None:
        self._note = note

    async def perform(self, app: Application) -> None:
        for _ in range(3):
            self._note(app)
            await asyncio.sleep(1)
        try:
            app.activities.request("Started by an intent", text="sending", push_type="token")
        except AfterSwipeError:
            self._note(app)


class Commanded(Run):
    """One phone, its app, and the app's own notes. All times are milliseconds."""

    def __init__(self, ios: str = "26", seed: int = 1) -> None:
        super().__init__(Phone(ios, seed=seed))
        self.told: list[tuple[int, str]] = []
        self._lock: FileLock | None = None
        self._card: Activity | None = None
        self._assertions: list[int] = []

    async def main(self, app: Application) -> None:
        self._lock, self._card, self._assertions = None, None, []
        app.observe(lambda callback: self._callback(app, callback))
        if app.rules.holds("background-refresh.duration"):
            app.task_scheduler.register("refresh", self._refresh)
        if app.rules.holds("continued-processing.ios-and-ipados-only"):
            app.task_scheduler.register("post", self._go_on)
        while True:
            self._note(app)
            await asyncio.sleep(TICK)

    def _note(self, app: Application) -> None:
        self.ran.append(app.clock.now)
        self.scenes.append((app.clock.now, app.state, app.process.scene_state))

    def _callback(self, app: Application, name: str) -> None:
        self._note(app)
        self.told.append((app.clock.now, name))

    def _refresh(self, task: BGAppRefreshTask) -> None:
        assert self.phone.app is not None
        self._note(self.phone.app)
        task.set_task_completed(success=True)

    async def _go_on(self, task: BGContinuedProcessingTask) -> None:
        """Report one unit at each sign of life; a silent task reports nothing."""
        assert self.phone.app is not None
        app = self.phone.app
        task.progress.total_unit_count = 400 if task.title == _SLOW else 20
        task.expiration_handler = lambda: task.set_task_completed(success=False)
        while not task.over and task.progress.fraction_completed < 1:
            self._note(app)
            if task.title != _SILENT:
                task.progress.completed_unit_count += 1
            await asyncio.sleep(TICK)
        if not task.over:
            task.set_task_completed()

    # What the person and the system do: the phone's own methods, and these.

    def open(self) -> None:
        self.phone.open(self.main)

    def wait(self, seconds: float) -> None:
        self.phone.wait(seconds=seconds)

    # What the app does, on the test's command. Nothing happens where the app has no run time.

    def do(self, action: Callable[[Application], Any]) -> bool:
        app = self.phone.app
        if app is None or not app.state.runs:
            return False

        def act() -> None:
            self._note(app)
            action(app)

        app.process.call(act)
        self.phone.wait()
        return True

    def request_card(self, stale_after: float | None = None) -> bool:
        def act(app: Application) -> None:
            stale_date = None if stale_after is None else app.now + stale_after
            self._card = app.activities.request(
                "Posting", text="sending", stale_date=stale_date, push_type="token"
            )

        return self._try(act)

    def request_card_for_20_seconds(self) -> bool:
        return self.request_card(stale_after=20)

    def update_card(self, progress: float = 0.5) -> bool:
        return self.do(lambda app: [card.update(progress=progress) for card in app.activities])

    def end_cards(self) -> bool:
        return self.do(lambda app: [card.end("Posted") for card in app.activities])

    def begin_assertion(self, *, ends: bool = True) -> bool:
        def act(app: Application) -> None:
            number = 0

            def end() -> None:
                self._note(app)
                if ends and number in self._assertions:
                    self._assertions.remove(number)
                    app.end_background_task(number)

            number = app.begin_background_task("upload", end)
            self._assertions.append(number)

        return self.do(act)

    def end_assertions(self) -> bool:
        def act(app: Application) -> None:
            while self._assertions:
                if assertion := self._assertions.pop():  # 0 is none
                    app.end_background_task(assertion)

        return self.do(act)

    def upload(self) -> bool:
        """Upload inside the app's process."""

        def act(app: Application) -> None:
            async def send() -> None:
                try:
                    async for _ in app.url_session.upload("story.mov", size=STORY):
                        self._note(app)
                except AfterSwipeError:
                    self._note(app)

            app.process.loop.create_task(send())

        return self.do(act)

    def hand_over(self) -> bool:
        """Hand an upload to the system's process."""
        return self.do(lambda app: app.background_url_session.upload("story.mov", size=STORY))

    def take_lock(self) -> bool:
        def act(app: Application) -> None:
            if self._lock is None:
                self._lock = app.file_lock("queue.sqlite")
                self.locks.append((app.clock.now, "taken"))

        return self.do(act)

    def release_lock(self) -> bool:
        def act(app: Application) -> None:
            if self._lock is not None:
                self._lock.release()
                self._lock = None
                self.locks.append((app.clock.now, "released"))

        return self.do(act)

    def ask_for_refresh(self) -> bool:
        return self._try(lambda app: app.task_scheduler.submit(BGAppRefreshTaskRequest("refresh")))

    def go_on(self, how: str = "") -> bool:
        """Submit a continued task: one of HOW."""
        request = BGContinuedProcessingTaskRequest("post", title=how or "Posting", subtitle="sending")
        return self._try(lambda app: app.task_scheduler.submit(request))

    def tap_intent(self) -> None:
        """Tap a button on a widget, of an intent that starts a card."""
        self.phone.intents.tap(StartCard(self._note))
        self.phone.wait()

    def play(self) -> bool:
        return self.do(lambda app: app.audio.play())

    def stop_playing(self) -> bool:
        return self.do(lambda app: app.audio.stop())

    @property
    def kept_running(self) -> bool:
        """Whether sound or location keeps the app running as long as it likes."""
        app = self.phone.app
        return app is not None and (app.audio.playing or app.location._source.on)

    def follow_location(self) -> bool:
        """Open a session where that is allowed, and follow the updates."""

        def act(app: Application) -> None:
            async def follow() -> None:
                async for _ in app.location.live_updates():
                    self._note(app)

            app.location.background_activity_session()
            app.process.loop.create_task(follow())

        return self._try(act)

    def block(self, seconds: float) -> bool:
        return self.do(lambda app: app.block_main_thread(seconds))

    def _try(self, action: Callable[[Application], None]) -> bool:
        def act(app: Application) -> None:
            try:
                action(app)
            except AfterSwipeError:
                self._note(app)

        return self.do(act)

    @property
    def now(self) -> float:
        return self.phone.clock.now / SECOND
