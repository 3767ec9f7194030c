"""A stale date as a safety net: the card itself says when it is out of date, since iOS 16.2, even with its app gone.

Claims: live-activity.stale-date
"""

import asyncio

from afterswipe import AfterSwipeError, Phone

PROMISE = 60  # seconds that a told figure is good for


async def post_story(app):
    try:
        card = app.activities.request("Posting your story", progress=0.0, stale_date=app.now + PROMISE)
    except AfterSwipeError as refused:
        print(f"  {refused}")
        card = app.activities.request("Posting your story", progress=0.0)
        return
    for tenth in range(1, 10):
        await asyncio.sleep(1)
        card.update(progress=tenth / 10, stale_date=app.now + PROMISE)  # renewed while it runs


for ios in ("16.1", "16.2"):
    print(f"iOS {ios}:")
    phone = Phone(ios=ios)
    phone.open(post_story)
    phone.wait(seconds=5)
    phone.force_quit()
    phone.wait(minutes=10)
    print(phone.lock_screen())
    print("  " + str(phone.truth()).splitlines()[-1])
