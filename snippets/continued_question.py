"""The system asks the person whether a slow task shall go on. The app hears nothing of the question.

What Stop does there is not known; the model ends the task, as Stop on the card does.

Claims: continued-processing.slow-progress-prompts, continued-processing.question-is-hidden-from-the-app,
model.continued-question-after, model.continued-slow-share
"""

import asyncio

from afterswipe import BGContinuedProcessingTaskRequest, Phone


async def export(app):
    async def work(task):
        task.expiration_handler = lambda: (
            print(f"  app, {app.now:.0f} s: expired"),
            task.set_task_completed(False),
        )
        task.progress.total_unit_count = 100
        while not task.over:
            await asyncio.sleep(seconds_per_cent)
            task.progress.completed_unit_count = min(99, int(app.now / seconds_per_cent))

    app.observe(lambda told: told.startswith("the system") and print(f"  app, {app.now:.0f} s: {told}"))
    app.task_scheduler.register("export", work)
    await app.tapped()
    app.task_scheduler.submit(BGContinuedProcessingTaskRequest("export", title="Export", subtitle="Film"))


for seconds_per_cent, answer in [(18, "Continue"), (18, "Stop"), (5, "")]:
    print(f"{seconds_per_cent} s for each per cent:")
    phone = Phone(ios="27")
    phone.open(export)
    phone.tap("Export")
    phone.lock()
    phone.wait(minutes=5, seconds=10)
    for card in phone.lock_screen().cards:
        print(f"  card, 310 s: {card.says(phone.clock.now)}")
    phone.continued_processing.answer = answer
    phone.wait(seconds=90)
    for card in phone.lock_screen().cards:
        print(f"  card, 400 s: {card.says(phone.clock.now)}")
