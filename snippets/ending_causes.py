"""Ways for a process to end. None of them is told to the app, and what is left for a developer differs.

Claims: life-cycle.jetsam, background-assertion.must-be-ended, background-assertion.leak-limit
"""

import asyncio

from afterswipe import CAUSES, Phone


async def app_main(app):
    app.observe(lambda told: print(f"  (told: {told})"))
    await asyncio.sleep(1000)


async def forgets_to_end(app):
    app.begin_background_task("upload")
    await asyncio.sleep(1000)


async def begins_again_and_again(app):
    for _ in range(1_500):
        app.begin_background_task("upload")
    await asyncio.sleep(1000)


def leave(phone):
    phone.swipe_up()
    phone.wait(minutes=1)


def leave_and_lose(phone):
    leave(phone)
    phone.memory_pressure()


CASES = [
    (app_main, Phone.force_quit),
    (app_main, lambda phone: phone.endings.crash("a missing row")),
    (app_main, leave_and_lose),
    (forgets_to_end, leave),
    (begins_again_and_again, leave),
]
for main, deed in CASES:
    phone = Phone(ios="18")
    phone.open(main)
    deed(phone)
    end = phone.endings.last
    if end is None:
        print(f"the app is {phone.app_state.value}")
    else:
        print(f"{end.cause.value}: {end.code or 'no code'}; left is {CAUSES[end.cause].report}")
