"""What a chain has built up is gone when the person opens the app, or when the delay passes without a transfer.

Claims: background-urlsession.delay-resets-in-front, model.rate-limiter-rest
"""

import asyncio

from afterswipe import MB, Phone

PARTS = 4


async def chain(app):
    for number in range(PARTS):
        part = app.background_url_session.upload(f"part {number + 1}", size=1 * MB)
        app.complete_wake()
        async for _ in part:
            pass
    app.complete_wake()
    await asyncio.sleep(100_000)


def tell(phone, when):
    print(
        f"  {when}: the next start in the background would wait {phone.daemon.rate_limiter.delay / 1000:.0f} s"
    )


for comes_back in (True, False):
    phone = Phone(ios="18")
    phone.open(chain)
    phone.swipe_up()
    phone.wait(minutes=8)
    print("The person comes back:" if comes_back else "Nobody comes back:")
    tell(phone, "after four wake-ups")
    if comes_back:
        phone.open()
        tell(phone, "with the app in front")
    else:
        phone.wait(minutes=10)
        tell(phone, "ten quiet minutes later")
