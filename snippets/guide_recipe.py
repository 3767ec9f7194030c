"""The recipe in one app: the file is finished before Post is offered, the system moves it, the tap starts what iOS has.

In the last two runs the file is made after the tap instead. Claims story-upload.recipe, story-upload.recipe-before-ios-26
"""

import asyncio

from afterswipe import MB, BGContinuedProcessingTaskRequest, Phone, UnavailableError, show

RENDER = 10  # seconds of run time
PROMISE = 60  # seconds that a told figure is good for


def app_that_renders(when):
    async def post_story(app):
        async def hand_over():
            await asyncio.sleep(RENDER if when == "after the tap" else 0)
            return app.background_url_session.upload("story.mov", size=60 * MB)

        async def in_task(task):
            task.expiration_handler = lambda: task.set_task_completed(success=False)
            task.progress.total_unit_count = 100
            async for sent in await hand_over():
                task.progress.completed_unit_count = int(sent * 100)
            task.set_task_completed()

        app.task_scheduler.register("post", in_task)
        await asyncio.sleep(RENDER if when == "before Post" else 0)
        await app.tapped()
        try:
            request = BGContinuedProcessingTaskRequest("post", title="Your story", subtitle="Posting")
            app.task_scheduler.submit(request)
        except UnavailableError:  # below iOS 26
            extra_time = app.begin_background_task("render", lambda: app.end_background_task(extra_time))
            card = app.activities.request("Posting your story", progress=0.0, stale_date=app.now + PROMISE)
            upload = await hand_over()
            app.end_background_task(extra_time)
            async for sent in upload:
                card.update(progress=sent, stale_date=app.now + PROMISE)
            card.end("Posted")
            app.complete_wake()

    return post_story


for when in ("before Post", "after the tap"):
    for ios in ("18", "26"):
        phone = Phone(ios=ios)
        phone.open(app_that_renders(when))
        phone.wait(seconds=RENDER + 1)
        phone.tap("Post")
        phone.wait(seconds=2)
        phone.swipe_up()
        phone.wait(minutes=3)
        upload = phone.truth().transfers[0]
        print(f"iOS {ios}, rendered {when}: {upload.outcome}. {upload}")
        if when == "before Post":
            show(phone.timeline())
