"""The same bytes, from a file and from memory: when the system ends the app, one of the two uploads fails.

Claims: background-urlsession.uploads-from-a-file
"""

import asyncio

from afterswipe import MB, Phone

phone = Phone(ios="18")


async def post_story(app):
    if app.launch_reason == "person":
        app.background_url_session.upload("story.mov (a file)", size=30 * MB)
        app.background_url_session.upload_from_data("story.mov (in memory)", size=30 * MB)
    await asyncio.sleep(100_000)


phone.open(post_story)
phone.wait(seconds=2)
phone.swipe_up()
phone.wait(seconds=5)
phone.memory_pressure()
phone.wait(minutes=3)
for transfer in phone.truth().transfers:
    print(f"{transfer.name}: {transfer.outcome}")
