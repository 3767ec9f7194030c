"""“If the user leaves, hand over”: as a continued task where there is one, else with a background session.

The card of the task is told of bytes that are durable, and of no others. Claims: continued-processing.ios-and-ipados-only
"""

from afterswipe import MB, Phone, UnavailableError
from afterswipe import BGContinuedProcessingTaskRequest as Request
from faultlab import Container, serve, sync_of

SOUNDS = {"Dawn": 2 * MB, "Noon": 2 * MB, "Dusk": 2 * MB, "Midnight": 2 * MB}


async def continued(task, sync):
    def moved(progress):
        task.progress.completed_unit_count = progress.bytes_durable

    expired, task.progress.total_unit_count = [], sum(SOUNDS.values())
    task.expiration_handler = lambda: expired.append(True)
    task.set_task_completed((await sync.run(until=lambda: bool(expired), progress=moved)).finished)


async def as_usual(app, sync, sync_again):
    @app.observe
    def told(what):
        if what == "sceneDidEnterBackground":
            sync.close()  # from here on it writes nothing
            files.extend((file, session.download(file.url)) for file in sync.pending_files())

    files, session = [], app.background_url_session
    await sync.run()
    for file, download in files:
        [share async for share in download]
        sync_again.adopt(file, download.content)
    await sync_again.run()
    app.complete_wake()


async def music(app):
    sync, sync_again = sync_of(app, feed, container), sync_of(app, feed, container)
    await app.tapped()
    try:
        app.task_scheduler.register("sync", lambda task: continued(task, sync))
        app.task_scheduler.submit(Request("sync", title="Your sounds", subtitle="On their way"))
    except UnavailableError:
        await as_usual(app, sync, sync_again)


for ios in ("18", "26"):
    phone, container = Phone(ios=ios), Container()
    phone.network.downlink = 2  # Mbit/s
    feed = serve(phone, SOUNDS)
    phone.open(music)
    phone.tap("Get my sounds")
    phone.wait(seconds=5)
    phone.swipe_up()
    for minutes in (0.25, 1, 30):
        phone.wait(minutes=minutes)
        here = sum(map(len, container.left().files.values())) / MB
        cards = [card.says(phone.clock.now) for card in phone.lock_screen().cards]
        print(f"iOS {ios}, {phone.clock.now // 1000} s: {here:.0f} MB are here. Cards: {cards or 'none'}")
