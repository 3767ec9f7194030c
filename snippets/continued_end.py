"""Stop on the card, a swipe in the app switcher, a new try: what the app is told, and which cards stay.

Claims: continued-processing.expiry-gives-no-reason, continued-processing.stop-opens-the-app, model.continued-stop-delay,
force-quit.cancels-continued-processing, continued-processing.failed-card-stays,
continued-processing.card-belongs-to-the-system, continued-processing.failed-card-cannot-be-cleared,
continued-processing.retry-adds-a-second-card
"""

import asyncio

from afterswipe import BGContinuedProcessingTaskRequest, Phone


def says(app, what):
    print(f"  app, {app.now:.0f} s: {what}")


async def story(app):
    async def post(task):
        task.expiration_handler = lambda: (says(app, "expired"), task.set_task_completed(False))
        task.progress.total_unit_count = 100
        says(app, f"posting; cards that it can change or end: {len(list(app.activities))}")
        while not task.over:
            await asyncio.sleep(5)
            task.progress.completed_unit_count += 1

    app.observe(lambda told: ("Foreground" in told or "expired" in told) and says(app, told))
    app.task_scheduler.register("post", post)
    while await app.tapped():
        app.task_scheduler.submit(BGContinuedProcessingTaskRequest("post", title="Story", subtitle="Posting"))


def cards(phone):
    for card in phone.lock_screen().cards:
        print(f"  card, {phone.clock.now // 1000} s: {card.says(phone.clock.now)} ({card.state.value})")


def start():
    phone = Phone(ios="27")
    phone.open(story)
    phone.tap("Post")
    phone.swipe_up()
    phone.wait(seconds=40)
    return phone


print("The person taps Stop on the card:")
phone = start()
phone.continued_processing.stop()
phone.wait(seconds=20)
cards(phone)
print("The person swipes the app away, and tries again 10 minutes later:")
phone = start()
phone.force_quit()
phone.wait(minutes=10)
cards(phone)
phone.open()
phone.tap("Post")
cards(phone)
