"""A processing task gets minutes at night; it cannot finish what a person waits for.

Claims: background-processing.runs-when-idle, background-processing.ends-when-the-person-returns,
background-processing.power-and-network-conditions, background-processing.lasts-minutes, system-conditions.low-power-mode,
model.processing-run-time
"""

import asyncio

from afterswipe import BGProcessingTaskRequest, Phone, UnavailableError


async def backup(app):
    async def work(task):
        task.expiration_handler = task.set_task_completed
        while not task.over:
            done.append(app.now)
            await asyncio.sleep(1)

    try:
        app.task_scheduler.register("backup", work)
        if app.launch_reason == "person":
            app.task_scheduler.submit(BGProcessingTaskRequest("backup", requires_external_power=True))
    except UnavailableError as no:
        print(f"  {no}")
    await asyncio.Event().wait()


def night(ios, idle=True, charging=True, low_power=False, back_after=60):
    phone = Phone(ios=ios)
    phone.conditions.low_power_mode = low_power
    phone.open(backup)
    phone.wait(seconds=5)
    phone.lock()
    phone.conditions.idle, phone.conditions.charging = idle, charging
    phone.wait(minutes=back_after)
    for request in phone.task_scheduler.pending:
        print("  waits:", *phone.task_scheduler.obstacles(request.identifier))
    phone.unlock()
    phone.wait(hours=1)
    print(f"  back after {back_after} min: it worked for {len(done)} s")


for title, how in [
    ("iOS 12", {"ios": "12"}),
    ("iOS 13, idle on the charger", {"ios": "13"}),
    ("iOS 13, the person is back after 2 minutes", {"ios": "13", "back_after": 2}),
    ("iOS 13, in use on the charger", {"ios": "13", "idle": False}),
    ("iOS 13, idle without the charger", {"ios": "13", "charging": False}),
    ("iOS 13, in Low Power Mode", {"ios": "13", "low_power": True}),
]:
    print(f"{title}:")
    done = []
    night(**how)
