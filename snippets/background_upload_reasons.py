"""Why did the system cancel it? Since iOS 8 the error names one of three reasons.

Switching Background App Refresh off may cancel an upload; the model draws lots, and with this seed it does.
Claims: background-urlsession.cancellation-reasons
"""

import asyncio

from afterswipe import MB, Phone


async def post_story(app):
    session = app.background_url_session
    if session.tasks():
        print(f"  the app reads: {session.tasks()[0].cancellation_reason}")
    else:
        session.upload("story.mov", size=60 * MB)
    await asyncio.sleep(100_000)


for ios, what in (
    ("7", "force quit"),
    ("8", "force quit"),
    ("8", "refresh off"),
    ("8", "short of resources"),
):
    print(f"iOS {ios}, {what}")
    phone = Phone(ios=ios, seed=2)
    phone.open(post_story)
    phone.wait(seconds=5)
    if what == "force quit":
        phone.force_quit()
    else:
        phone.swipe_up()
        phone.wait(seconds=1)
        phone.memory_pressure()
    if what == "refresh off":
        phone.conditions.background_app_refresh = False
    elif what == "short of resources":
        phone.daemon.run_out_of_resources()
    phone.wait(seconds=5)
    if phone.app is None:
        phone.open()
