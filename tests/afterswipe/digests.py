"""Runs a set of scripts and prints the digest of each record as JSON: the same in every Python that runs this file.

It imports the package and nothing of the tests, so that it can be handed to another interpreter, or to one in WebAssembly.
"""

import asyncio
import json
import sys

from afterswipe import MB, BGAppRefreshTaskRequest, Phone, URLError


async def post_story(app):
    card = app.activities.request("Posting your story", progress=0.0, stale_date=app.now + 60)
    extra_time = app.begin_background_task("upload", lambda: app.end_background_task(extra_time))
    try:
        async for sent in app.url_session.upload("story.mov", size=60 * MB):
            card.update(progress=sent)
        card.end("Posted")
    except URLError as lost:
        card.end(str(lost))


async def hand_over(app):
    app.observe(lambda told: None)
    for task in app.background_url_session.tasks():
        async for _ in task:
            pass
    if app.launch_reason == "person" and not list(app.background_url_session.tasks()):
        app.background_url_session.upload("story.mov", size=200 * MB)
    await asyncio.Event().wait()


async def news(app):
    app.task_scheduler.register("news", lambda task: task.set_task_completed(success=True))
    if app.launch_reason == "person":
        app.task_scheduler.submit(BGAppRefreshTaskRequest("news"))
    with app.file_lock("news.sqlite"):
        await asyncio.sleep(3)
    async with asyncio.TaskGroup() as group:
        for number in range(5):
            group.create_task(asyncio.sleep(number / 7))


def story(phone):
    phone.open(post_story)
    phone.wait(seconds=2)
    phone.swipe_up()
    phone.wait(minutes=3)
    phone.open()
    phone.wait(hours=13)


def left_in_the_middle(phone):
    phone.open(hand_over)
    phone.wait(seconds=7.3)
    phone.lock()
    phone.wait(minutes=1)
    phone.network.disconnect()
    phone.wait(minutes=1)
    phone.network.connect()
    phone.memory_pressure()
    phone.wait(hours=2)
    phone.unlock()
    phone.wait(seconds=5)
    phone.force_quit()


def a_day(phone):
    phone.open(news)
    phone.wait(seconds=10)
    phone.swipe_up()
    for _ in range(4):
        phone.wait(hours=3)
        phone.pushes.silent()
    phone.wait(hours=3)
    phone.open()
    phone.network.connect()
    phone.wait(minutes=phone.rng.random())
    phone.endings.crash()


SCRIPTS = {"story": story, "left in the middle": left_in_the_middle, "a day": a_day}


def digests() -> dict[str, str]:
    """The digest of every script, for two seeds and two systems."""
    found = {}
    for name, script in SCRIPTS.items():
        for seed in (1, 2):
            for ios in ("18", "26"):
                phone = Phone(ios, seed=seed)
                script(phone)
                found[f"{name}, seed {seed}, iOS {ios}"] = phone.record.digest()
    return found


if __name__ == "__main__":
    print(json.dumps({"python": sys.version.split()[0], "platform": sys.platform, "digests": digests()}))
