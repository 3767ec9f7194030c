"""The system wakes the app with a completion handler. Called, it ends the run time; not called, the time runs out.

Claims: background-urlsession.stored-handler-must-be-called, model.wake-run-time
"""

import asyncio

from afterswipe import MB, Phone, StateChanged

for calls in (True, False):
    phone = Phone(ios="18")

    async def post_story(app):
        async for _ in app.background_url_session.upload("story.mov", size=20 * MB):
            pass
        if calls:
            app.complete_wake()
        await asyncio.sleep(100_000)

    phone.open(post_story)
    phone.wait(seconds=2)
    phone.swipe_up()
    phone.wait(minutes=3)
    woken, suspended = [change.at for change in phone.record.of(StateChanged)][-2:]
    print(
        f"handler {'called' if calls else 'not called'}: the app runs for {(suspended - woken) / 1000:.0f} s"
    )
