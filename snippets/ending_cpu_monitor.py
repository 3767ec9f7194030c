"""An app that computes on and on in the background is ended, but not in a processing task that requires power.

Claims: life-cycle.cpu-monitor, background-processing.cpu-monitor-off-on-power, model.cpu-monitor-limit
"""

from afterswipe import BGProcessingTaskRequest, Phone

LONG, LONGER = 50, 100  # seconds of computing without a pause


def night(ios, seconds, on_power):
    async def app_main(app):
        async def work(task):
            await app.block_main_thread(seconds)
            task.set_task_completed()

        app.task_scheduler.register("learn", work)
        if app.launch_reason == "person":
            app.task_scheduler.submit(BGProcessingTaskRequest("learn", requires_external_power=on_power))

    phone = Phone(ios=ios)
    phone.open(app_main)
    phone.lock()
    phone.conditions.idle = phone.conditions.charging = True
    phone.wait(minutes=10)
    end = phone.endings.last
    return f"{end.cause.value} ({end.why})" if end else "it computed to the end"


for on_power in (False, True):
    print(f"A task that {'requires' if on_power else 'does not require'} external power:")
    for seconds in (LONG, LONGER):
        print(f"  {seconds} s without a pause: {night('13', seconds, on_power)}")
