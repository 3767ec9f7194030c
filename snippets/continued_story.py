"""A story upload as a continued task: the work goes on, and the card of the system tells the truth.

Claims: continued-processing.ios-and-ipados-only, continued-processing.system-shows-the-card,
continued-processing.process-brings-its-picture, continued-processing.runs-for-minutes-on-a-locked-phone,
continued-processing.async-work-is-supported, continued-processing.handler-registered-on-demand
"""

from afterswipe import MB, BGContinuedProcessingTaskRequest, Phone, UnavailableError

SIZE = 250 * MB
LOOKS_AFTER = 2  # minutes


async def story(app):
    async def post(task):
        task.progress.total_unit_count = 100
        async for sent in app.url_session.upload("story.mov", size=SIZE):
            task.progress.completed_unit_count = int(sent * 100)
        task.set_task_completed()

    if ios == "18":  # before iOS 26 a handler that is registered after launch ends the app
        app.task_scheduler.register("post", post)
    await app.tapped()
    if ios != "18":
        app.task_scheduler.register("post", post)
    request = BGContinuedProcessingTaskRequest("post", title="Posting your story", subtitle="Uploading")
    try:
        app.task_scheduler.submit(request)
    except UnavailableError as no:
        print(no)


for ios in ("18", "26", "27"):
    print(f"iOS {ios}:")
    phone = Phone(ios=ios)
    phone.open(story)
    phone.wait(seconds=2)
    phone.tap("Post")
    phone.wait(seconds=2)
    phone.lock()
    phone.wait(minutes=LOOKS_AFTER)
    if ios == "26":
        print(phone.lock_screen())
    phone.wait(minutes=5)
    print(phone.truth())
