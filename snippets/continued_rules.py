"""What ends a continued task: no progress, no network, no resources; and where it cannot begin.

Claims: continued-processing.starts-in-foreground, continued-processing.must-report-progress,
continued-processing.no-progress-is-expired, continued-processing.stall-threshold, continued-processing.airplane-mode-expiry,
continued-processing.least-progress-ends-first,
continued-processing.cannot-start-from-background
"""

import asyncio

from afterswipe import MB, APIError, BGContinuedProcessingTaskRequest, Phone


async def app_main(app):
    async def work(task):
        def expired():
            print(f"  {app.now:.0f} s: {task.identifier} expires")
            task.set_task_completed(success=False)

        task.expiration_handler = expired
        task.progress.total_unit_count = 100
        if task.identifier == "upload":
            async for sent in app.background_url_session.upload("story.mov", size=60 * MB):
                task.progress.completed_unit_count = int(sent * 100)
        for done in range({"slow": 20, "fast": 60}.get(task.identifier, 0)):
            task.progress.completed_unit_count = done + 1
            await asyncio.sleep(2 if task.identifier == "slow" else 1)

    for name in ("silent", "upload", "slow", "fast", "late"):
        app.task_scheduler.register(name, work)
    while name := await app.tapped():
        if name == "late":
            app.begin_background_task("a little more time")
            await asyncio.sleep(1)
        request = BGContinuedProcessingTaskRequest(name, title=name, subtitle="")
        try:
            app.task_scheduler.submit(request)
        except APIError as refused:
            print(f"  {refused}")


def run(what, *names, then=None):
    print(f"{what}:")
    phone = Phone(ios="26")
    phone.open(app_main)
    for name in names:
        phone.tap(name)
    phone.swipe_up()
    phone.wait(seconds=8)
    if then:
        then(phone)
    phone.wait(seconds=35)


run("A task that reports nothing", "silent")
run("No network after 8 s", "upload", then=lambda p: p.network.disconnect())
run("Resources run short", "fast", "slow", then=lambda p: p.continued_processing.resources_run_short())
run("Submitted a second after the person left", "late")
