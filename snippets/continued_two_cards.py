"""An app with a Live Activity of its own beside its continued task shows the person two cards.

Claims: continued-processing.own-activity-makes-two-cards
"""

import asyncio

from afterswipe import BGContinuedProcessingTaskRequest, Phone


async def story(app):
    async def post(task):
        task.progress.total_unit_count = 100
        for done in range(100):
            task.progress.completed_unit_count = done + 1
            card.update(progress=(done + 1) / 100)
            await asyncio.sleep(2)
        card.end("Posted")
        task.set_task_completed()

    card = app.activities.request("My story", text="in our own colours", progress=0.0)
    app.task_scheduler.register("post", post)
    await app.tapped()
    app.task_scheduler.submit(BGContinuedProcessingTaskRequest("post", title="Status", subtitle="Posting"))


phone = Phone(ios="26")
phone.open(story)
phone.tap("Post")
phone.lock()
phone.wait(minutes=1)
print(phone.lock_screen())
