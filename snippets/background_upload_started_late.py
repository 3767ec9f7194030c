"""An upload that is started in the background waits; one that is started in front does not.

Claims: background-urlsession.background-start-is-discretionary, model.discretionary-delay
"""

import asyncio

from afterswipe import MB, Phone

for starts_after in (0, 5):
    phone = Phone(ios="18")

    async def post_story(app):
        task = app.begin_background_task("hand over")
        await asyncio.sleep(starts_after)
        app.background_url_session.upload("story.mov", size=12 * MB)
        app.end_background_task(task)

    phone.open(post_story)
    phone.wait(seconds=2)
    phone.swipe_up()
    phone.wait(hours=1)
    upload = phone.truth().transfers[0]
    print(f"started {starts_after} s after launch: {upload.outcome} at {upload.stopped / 60_000:.1f} min")
