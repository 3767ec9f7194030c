"""The person force quits the app: the upload is cancelled, and the app is not launched to hear of it.

Claims: force-quit.cancels-background-transfers, force-quit.no-background-launch, force-quit.no-relaunch-for-transfers
"""

from afterswipe import MB, Phone

phone = Phone(ios="18")


async def post_story(app):
    print(f"{app.now:.0f} s: launched by {app.launch_reason}")
    if not app.background_url_session.tasks():
        app.background_url_session.upload("story.mov", size=60 * MB)


phone.open(post_story)
phone.wait(seconds=5)
phone.force_quit()
phone.wait(minutes=10)
print(f"{phone.clock.now / 1000:.0f} s: the app is {phone.app_state.value}")
print(phone.truth().transfers[0], "-", phone.truth().transfers[0].outcome)
