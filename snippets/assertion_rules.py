"""The rules of the background task assertion, one app after the other.

Claims: background-assertion.time-is-shared, background-assertion.clock-starts-in-background,
background-assertion.must-be-ended, background-assertion.leak-limit
"""

import asyncio

from afterswipe import Phone

STAYS = 20  # seconds in the app before the person leaves


def leave(app_main):
    phone = Phone(ios="18")
    phone.open(app_main)
    phone.wait(seconds=STAYS)
    phone.swipe_up()
    phone.wait(minutes=5)
    print(f"  in the end the app is {phone.app_state.value}")


async def two_assertions(app):
    def expire(task):
        print(f"  {app.now - STAYS:.0f} s after the swipe: time is up for assertion {task}")
        app.end_background_task(task)

    app.begin_background_task("first", lambda: expire(1))
    app.begin_background_task("second", lambda: expire(2))
    await asyncio.sleep(1000)


async def never_ended(app):
    app.begin_background_task("forgotten")
    await asyncio.sleep(1000)


async def too_many(app):
    tasks = [app.begin_background_task("leak") for _ in range(1500)]
    await asyncio.sleep(1)
    for task in tasks:
        app.end_background_task(task)


print("Two assertions, begun with the app in front:")
leave(two_assertions)
print("One that is never ended:")
leave(never_ended)
print("1,500 at once, all ended a second later:")
leave(too_many)
