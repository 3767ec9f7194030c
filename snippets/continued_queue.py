"""When the system has no room: wait in the queue, or fail at once. Swiped away, a waiting task is gone too.

Claims: continued-processing.default-strategy-is-queue, continued-processing.fail-strategy,
continued-processing.ignores-earliest-begin, force-quit.cancels-queued-continued-processing
"""

import asyncio

from afterswipe import APIError, BGContinuedProcessingTaskRequest, Phone


async def export(app):
    async def work(task):
        print(f"  {app.now:.0f} s: started")
        await asyncio.sleep(10)
        task.set_task_completed()

    app.task_scheduler.register("export", work)
    button = await app.tapped()
    request = BGContinuedProcessingTaskRequest(
        "export",
        earliest_begin_date=app.now + 3600 if button == "in an hour" else None,
        title="Export",
        subtitle="Film",
        strategy="fail" if button == "now or never" else None,
    )
    try:
        app.task_scheduler.submit(request)
    except APIError as refused:
        print(f"  {refused}")


def tap(button, full=True):
    print(f"{button}:")
    phone = Phone(ios="26")
    phone.continued_processing.full = full
    phone.open(export)
    phone.tap(button)
    phone.wait(seconds=20)
    phone.swipe_up()
    return phone


def room(phone):
    phone.continued_processing.full = False
    phone.wait(seconds=60)


room(tap("in an hour", full=False))
room(tap("no room for 20 s"))
room(tap("now or never"))
phone = tap("no room, and swiped away")
phone.force_quit()
room(phone)
print(f"  requests that wait: {len(phone.continued_processing.pending)}")
