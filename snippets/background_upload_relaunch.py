"""The system ends the app; the upload goes on, and the app is launched again when it is done.

Claims: background-urlsession.survives-system-termination
"""

from afterswipe import MB, Phone

phone = Phone(ios="18")


async def post_story(app):
    print(f"{app.now:.0f} s: launched by {app.launch_reason}")
    session = app.background_url_session
    if app.launch_reason == "person":
        session.upload("story.mov", size=60 * MB)
    else:
        print(f"  finished: {[task.name for task in session.tasks() if task.finished]}")
        app.complete_wake()


phone.open(post_story)
phone.wait(seconds=2)
phone.swipe_up()
phone.wait(seconds=5)
phone.memory_pressure()
print(f"{phone.clock.now / 1000:.0f} s: the app is {phone.app_state.value}")
phone.wait(minutes=3)
print(phone.truth().transfers[0])
