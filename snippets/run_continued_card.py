"""A story of 250 MB as a continued processing task: the app is left, the work goes on, the system shows how far."""

from afterswipe import GB, BGContinuedProcessingTaskRequest, Phone, show

SIZE = GB // 4  # 250 MB
LOOKS_AFTER = 2  # minutes

phone = Phone(ios="27")


async def story(app):
    async def post(task):
        task.progress.total_unit_count = 100
        async for sent in app.url_session.upload("story.mov", size=SIZE):
            task.progress.completed_unit_count = int(sent * 100)
        task.set_task_completed()

    await app.tapped()
    app.task_scheduler.register("post", post)
    request = BGContinuedProcessingTaskRequest("post", title="Your story", subtitle="Posting")
    app.task_scheduler.submit(request)


phone.open(story)
phone.wait(seconds=2)
phone.tap("Post")
phone.wait(seconds=2)
phone.lock()
phone.wait(minutes=LOOKS_AFTER)
show(phone.lock_screen())
phone.wait(minutes=2)
print(phone.truth())
show(phone.timeline())
