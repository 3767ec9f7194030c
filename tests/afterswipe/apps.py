"""Apps that the tests put on the phone. Each notes when its code ran, on the phone's clock in milliseconds."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from afterswipe import MB, Application, Phone

Main = Callable[[Application], Coroutine[Any, Any, None]]


def ticking(ran: list[int], every: float = 0.1) -> Main:
    """An app with a card that it counts up every tenth of a second."""

    async def main(app: Application) -> None:
        if app.launch_reason == "person":
            card = app.activities.request("Counting", progress=0.0, push_type="token")
        else:  # launched in the background, where no card can be started
            card = next(iter(app.activities), None)
        count = 0
        while True:
            ran.append(app.clock.now)
            count += 1
            if card is not None:
                card.update(text=str(count))
            await asyncio.sleep(every)

    return main


def uploading(size: int = 60 * MB, outcomes: list[str] | None = None) -> Main:
    """An app that uploads a file, keeps its card up to date and says how it ended."""
    said = [] if outcomes is None else outcomes

    async def main(app: Application) -> None:
        card = app.activities.request("Posting", progress=0.0, push_type="token")
        try:
            async for sent in app.url_session.upload("story.mov", size=size):
                card.update(progress=sent)
        except Exception as failure:  # noqa: BLE001  # whatever ends it, the app says so
            said.append(f"{type(failure).__name__}: {failure}")
            card.end("Failed")
        else:
            said.append("done")
            card.end("Posted")

    return main


def left(app, *, after: float = 2, then: float = 180, **options) -> Phone:
    """A phone whose app was opened, left after `after` seconds, and left alone for `then` seconds."""
    phone = Phone(**options)
    phone.open(app)
    phone.wait(seconds=after)
    phone.swipe_up()
    phone.wait(seconds=then)
    return phone
