"""What keeps a background refresh from running: switches, habits, and the app switcher.

Claims: system-conditions.background-app-refresh-off, system-conditions.low-power-mode-turns-refresh-off,
force-quit.stops-background-tasks, background-refresh.may-never-run, background-tasks.not-before-first-unlock,
model.rarely-used
"""

import asyncio

from afterswipe import BGAppRefreshTaskRequest, Phone


async def news(app):
    app.task_scheduler.register("news", lambda task: task.set_task_completed())
    if app.launch_reason == "person":
        app.task_scheduler.submit(BGAppRefreshTaskRequest("news", earliest_begin_date=app.now + hours * 3600))
    await asyncio.Event().wait()


def low_power(phone):
    phone.conditions.low_power_mode = True


def refresh_off(phone):
    phone.conditions.background_app_refresh = False


def force_quit(phone):
    phone.force_quit()


def restart(phone):
    phone.restart()


def nothing(phone):
    pass


for what, happens, hours in [
    ("Nothing stands in the way", nothing, 0),
    ("Low Power Mode", low_power, 0),
    ("Background App Refresh off", refresh_off, 0),
    ("App swiped away", force_quit, 0),
    ("Phone restarted and not unlocked", restart, 0),
    ("App not opened for 10 days", nothing, 10 * 24),
]:
    phone = Phone(ios="18")
    phone.open(news)
    phone.swipe_up()
    happens(phone)
    phone.wait(hours=hours + 24)
    print(f"{what}:")
    waiting = phone.task_scheduler.pending
    print("  ", phone.task_scheduler.obstacles("news") if waiting else "refreshed within a day")
