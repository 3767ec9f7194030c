"""Background sessions exist since iOS 7. On the system before, there is nothing to hand an upload to.

Claims: background-urlsession.another-process-moves-the-bytes
"""

import asyncio

from afterswipe import MB, Phone, UnavailableError


async def post_story(app):
    app.background_url_session.upload("story.mov", size=60 * MB)
    await asyncio.sleep(100_000)


for ios in ("6", "7"):
    phone = Phone(ios=ios)
    try:
        phone.open(post_story)
    except UnavailableError as missing:
        print(missing)
        continue
    phone.wait(seconds=2)
    phone.swipe_up()
    phone.wait(minutes=3)
    upload = phone.truth().transfers[0]
    print(f"iOS {ios}: {upload.outcome}, and the app was {phone.app_state.value} meanwhile")
