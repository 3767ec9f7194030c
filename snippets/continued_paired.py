"""A continued task over a background URLSession: when the network goes, the task ends and the transfer does not.

Claims: continued-processing.airplane-mode-expiry, background-urlsession.waits-for-connectivity
"""

from afterswipe import MB, BGContinuedProcessingTaskRequest, Phone, URLError


async def story(app):
    async def post(task):
        task.expiration_handler = lambda: task.set_task_completed(success=False)
        task.progress.total_unit_count = 100
        session = app.background_url_session if paired else app.url_session
        try:
            async for sent in session.upload("story.mov", size=60 * MB):
                done = task.progress.completed_unit_count
                task.progress.completed_unit_count = max(done, int(sent * 100))
        except URLError as lost:
            print(f"  app: {lost}")
        if not task.over:
            task.set_task_completed(success=False)

    app.task_scheduler.register("post", post)
    if app.launch_reason == "person":
        await app.tapped()
        app.task_scheduler.submit(
            BGContinuedProcessingTaskRequest("post", title="Your story", subtitle="Posting")
        )


for paired in (False, True):
    print("Background URLSession:" if paired else "The app's own URLSession:")
    phone = Phone(ios="26")
    phone.open(story)
    phone.tap("Post")
    phone.lock()
    phone.wait(seconds=10)
    phone.network.disconnect()
    phone.wait(minutes=1)
    phone.network.connect()
    phone.wait(minutes=5)
    for line in str(phone.truth()).splitlines():
        print(f"  {line}")
