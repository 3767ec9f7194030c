"""A refresh request is a wish: one launch, some time after its earliest date, for up to 30 seconds.

Claims: background-refresh.duration, background-refresh.one-request-one-launch, background-refresh.follows-usage,
background-tasks.earliest-begin-is-a-lower-bound, model.refresh-delay,
model.task-expiration-grace
"""

import asyncio

from afterswipe import BGAppRefreshTaskRequest, Phone, UnavailableError

EARLIEST = 15 * 60  # seconds


async def news(app):
    def refresh(task):
        def too_late():
            print(f"  {app.now - started:.0f} s later the time is up: the news are not all here")
            task.set_task_completed(success=False)

        started = app.now
        print(f"  {started / 60:.0f} min: the system launches the app")
        task.expiration_handler = too_late

    try:
        app.task_scheduler.register("news", refresh)
        if app.launch_reason == "person":
            request = BGAppRefreshTaskRequest("news", earliest_begin_date=app.now + EARLIEST)
            app.task_scheduler.submit(request)
    except UnavailableError as no:
        print(f"  {no}")
    await asyncio.Event().wait()


for ios in ("12", "13"):
    print(f"iOS {ios}:")
    phone = Phone(ios=ios)
    phone.open(news)
    phone.swipe_up()
    phone.wait(minutes=5)
    if phone.task_scheduler.pending:
        print("  5 min, may it run now?", phone.task_scheduler.obstacles("news") or "yes")
    phone.wait(hours=6)
    print(
        f"  after 6 hours {len(phone.task_scheduler.pending)} requests wait; the app is {phone.app_state.value}"
    )
