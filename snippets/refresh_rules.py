"""Requests that the system refuses, and what it does to an app that breaks its rules.

Apple says that the system may kill an app that does not complete its task; here it does.

Claims: background-tasks.identifiers-are-declared, background-refresh.pending-limit, background-processing.pending-limit,
background-tasks.must-be-completed, continued-processing.registering-twice-kills-the-app,
background-tasks.submit-is-deprecated
"""

import asyncio

from afterswipe import APIError, BGAppRefreshTaskRequest, BGProcessingTaskRequest, Phone


async def app_main(app):
    tasks = app.task_scheduler

    async def attempt(what):
        try:
            await what
        except APIError as refused:
            print(f"  {refused}")

    async def submit(*requests):
        [tasks.submit(request) for request in requests]

    def never_completes(task):
        task.expiration_handler = lambda: None

    for name in ["news", "weather", *map(str, range(11))]:
        tasks.register(name, never_completes)
    if app.launch_reason == "person":
        await attempt(submit(BGAppRefreshTaskRequest("typo")))
        await attempt(submit(BGAppRefreshTaskRequest("news"), BGAppRefreshTaskRequest("weather")))
        await attempt(submit(*(BGProcessingTaskRequest(str(n)) for n in range(11))))
        await attempt(tasks.submit_task_request(BGAppRefreshTaskRequest("news")))
    await asyncio.Event().wait()


async def twice(app):
    app.task_scheduler.register("news", print)
    app.task_scheduler.register("news", print)


for ios in ("26", "27"):
    print(f"iOS {ios}:")
    phone = Phone(ios=ios)
    phone.open(app_main)
    phone.swipe_up()
    phone.wait(hours=1, seconds=29.5)
    print(f"  29.5 s into its refresh the app is {phone.app_state.value}")
    phone.wait(seconds=1)
    print(f"  30.5 s after its start it is {phone.app_state.value}")
phone = Phone(ios="26")
try:
    phone.open(twice)
except APIError as refused:
    print(f"Registered twice:\n  {refused}")
phone.wait()
print(f"  the app is {phone.app_state.value}")
