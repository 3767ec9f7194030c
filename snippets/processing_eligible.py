"""Which processing tasks may run, and what happens when two of them run in one launch.

That a force quit stops processing tasks is disputed: Apple's engineers have said different things.

Claims: background-tasks.time-is-shared-per-launch, background-processing.eligible-if-in-recent-use,
force-quit.stops-processing-tasks
"""

import asyncio

from afterswipe import BGProcessingTaskRequest, Phone

DAYS = 10


async def app_main(app):
    async def work(task):
        task.expiration_handler = task.set_task_completed
        while not task.over:
            seconds[task.identifier] = seconds.get(task.identifier, 0) + 1
            await asyncio.sleep(1)

    app.task_scheduler.register("photos", work)
    app.task_scheduler.register("search index", work)
    if app.launch_reason == submits_when:
        app.task_scheduler.submit(BGProcessingTaskRequest("photos"))
        app.task_scheduler.submit(BGProcessingTaskRequest("search index"))
    await asyncio.Event().wait()


def phone_after(when):
    global submits_when, seconds
    submits_when, seconds = when, {}
    phone = Phone(ios="18")
    phone.open(app_main)
    phone.swipe_up()
    return phone


def idle(phone):
    phone.conditions.idle = True
    phone.wait(hours=1)
    for request in phone.task_scheduler.pending[:1]:
        print("  waits:", *phone.task_scheduler.obstacles(request.identifier))
    print("  run time in seconds:", seconds)


print("Two tasks, submitted with the app in front:")
idle(phone_after("person"))
print(f"Submitted in the background, {DAYS} days after the last use:")
phone = phone_after("silent push")
phone.memory_pressure()
phone.wait(hours=24 * DAYS)
phone.pushes.silent()
idle(phone)
print("Submitted in front, then the app is swiped away:")
phone = phone_after("person")
phone.force_quit()
idle(phone)
