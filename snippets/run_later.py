"""An evening and a night: the app asked for everything that runs later, and this is when it ran.

When the system grants a refresh is the model's choice; so is the length of a processing task.
"""

import asyncio

from afterswipe import BGAppRefreshTaskRequest, BGProcessingTaskRequest, Phone, show

phone = Phone(ios="18")


def runs(app, why):
    print(f"{app.now / 60:4.0f} min: {why}")


async def news(app):
    async def refresh(task):
        runs(app, "background refresh")
        await asyncio.sleep(10)
        task.set_task_completed()

    async def tidy_up(task):
        runs(app, "processing task")
        task.expiration_handler = task.set_task_completed
        await asyncio.sleep(10_000)

    def pushed():
        runs(app, "silent push")
        app.complete_wake()

    app.task_scheduler.register("refresh", refresh)
    app.task_scheduler.register("tidy up", tidy_up)
    app.pushes.did_receive_remote_notification(pushed)
    if app.launch_reason == "person":
        app.task_scheduler.submit(BGAppRefreshTaskRequest("refresh"))
        app.task_scheduler.submit(BGProcessingTaskRequest("tidy up", requires_external_power=True))
    await asyncio.Event().wait()


phone.open(news)
phone.wait(seconds=30)
phone.swipe_up()
phone.wait(minutes=30)
phone.pushes.silent()
phone.wait(minutes=60)
phone.lock()
phone.conditions.idle = phone.conditions.charging = True  # the night begins
phone.wait(minutes=60)
show(phone.timeline())
