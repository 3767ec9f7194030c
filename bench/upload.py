"""How long a run takes: an hour of phone time for a story upload, and many seeded uploads.

    PYTHONPATH=src python bench/upload.py [uploads]

Prints the median of several rounds, in processor time. It also says what finding code that never gives way costs
(afterswipe.kernel.loop): the ratio of the same work with and without it, round by round.
"""

import asyncio
import sys
from collections.abc import Callable
from statistics import median

from cpu import seconds

from afterswipe import MB, Phone, URLError
from afterswipe.kernel.loop import _TOOL

ROUNDS = 11
LEAVES_AFTER = 20  # seconds; the upload takes about 40


async def post_story(app) -> None:
    """The app of the story: a card, an upload in the app's own process, and an assertion."""
    card = app.activities.request("Posting your story", progress=0.0)
    extra_time = app.begin_background_task("upload", lambda: app.end_background_task(extra_time))
    try:
        async for sent in app.url_session.upload("story.mov", size=60 * MB):
            card.update(progress=sent)
        card.end("Posted")
    except URLError:
        card.end("Not posted")


async def hand_over(app) -> None:
    """The same, with the bytes in the system's hands."""
    app.background_url_session.upload("story.mov", size=60 * MB)


def an_hour(main: Callable, seed: int = 1) -> Phone:
    """Open the app, leave it while it uploads, come back after half an hour, wait for the rest of the hour."""
    phone = Phone(ios="18", seed=seed)
    phone.open(main)
    phone.wait(seconds=LEAVES_AFTER)
    phone.swipe_up()
    phone.wait(minutes=30)
    phone.open()
    phone.wait(minutes=30)
    return phone


def timed(action: Callable[[], object]) -> float:
    """Seconds of processor time that an action takes: other work on the machine does not count."""
    begun = seconds()
    action()
    return seconds() - begun


def an_upload() -> None:
    """What the watch costs where it matters: an app as readers write it."""
    for seed in range(20):
        an_hour(post_story, seed)


async def count(app) -> None:
    """An app that does nothing but go round a loop of its own."""
    number = 0
    while number < 200_000:
        number += 1
    await asyncio.sleep(app.now)


def a_loop() -> None:
    """What the watch costs at the very worst."""
    Phone().open(count)


def watch_costs(work: Callable[[], None]) -> float:
    """The time of some work with the watch for endless loops, divided by the time without it."""
    monitoring, tool = sys.monitoring, _TOOL
    ratios = []
    for _ in range(ROUNDS):
        monitoring.set_events(tool, 0)
        for app in (post_story, count):
            monitoring.set_local_events(tool, app.__code__, 0)
        without = timed(work)
        monitoring.set_events(tool, monitoring.events.PY_START)
        monitoring.restart_events()
        work()
        ratios.append(timed(work) / without)
    return median(ratios)


def main(uploads: int = 1_000) -> None:
    """Print the table."""
    print(f"Python {sys.version.split()[0]} on {sys.platform}, {ROUNDS} rounds")
    for name, app in (("in the app's process", post_story), ("by the system's process", hand_over)):
        an_hour(app)
        hour = median(timed(lambda app=app: an_hour(app)) for _ in range(ROUNDS))
        entries = len(an_hour(app).record)
        print(f"an hour, upload {name}: {hour * 1000:.2f} ms ({entries} entries in the record)")
    cold = timed(lambda: [an_hour(post_story, seed) for seed in range(uploads)])
    print(f"{uploads} seeded uploads in the app's process: {cold:.2f} s")
    print(f"the watch for endless loops: {watch_costs(an_upload):.3f} times the time without it")
    print(f"the same for a loop and nothing else: {watch_costs(a_loop):.1f} times")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
