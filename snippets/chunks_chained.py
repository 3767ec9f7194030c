"""Five parts of one film: started one on each wake-up, and handed over all at once.

The doubling is from an Apple engineer's post of 2015, the first delay from one log of an iPhone with iOS 12.4.
Claims: background-urlsession.chunks-one-by-one-is-the-worst-case, background-urlsession.each-resume-adds-a-delay,
background-urlsession.rate-limiter-doubles, background-urlsession.rate-limiter-first-delays,
background-urlsession.enqueue-all-chunks-up-front
"""

import asyncio

from afterswipe import MB, Phone

PARTS = 5


async def one_on_each_wake_up(app):
    for number in range(PARTS):
        part = app.background_url_session.upload(f"part {number + 1}", size=4 * MB)
        app.complete_wake()
        async for _ in part:
            pass
    app.complete_wake()


async def all_at_once(app):
    for number in range(PARTS):
        app.background_url_session.upload(f"part {number + 1}", size=4 * MB)
    await asyncio.sleep(10)


def ends(app_main):
    phone = Phone(ios="18")
    phone.open(app_main)
    phone.wait(seconds=1)
    phone.swipe_up()
    phone.wait(hours=1)
    return [transfer.stopped / 60_000 for transfer in phone.truth().transfers]


print("part   one on each wake-up   all at once   (at the server after)")
for number, (chained, at_once) in enumerate(
    zip(ends(one_on_each_wake_up), ends(all_at_once), strict=True), start=1
):
    print(f"{number}      {chained:10.1f} min       {at_once:6.1f} min")
