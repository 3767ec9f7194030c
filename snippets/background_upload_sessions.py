"""Two sessions, several tasks: the app is woken once for each session, when all of its tasks are done.

Claims: background-urlsession.wakes-the-app-when-all-is-done, model.transfers-at-once
"""

import asyncio

from afterswipe import MB, Phone

phone = Phone(ios="18")


async def back_up(app):
    if app.launch_reason == "person":
        photos = app.background_url_session.with_identifier("photos")
        for number in range(6):
            photos.upload(f"photo {number + 1}", size=3 * MB)
        app.background_url_session.with_identifier("films").upload("film.mov", size=40 * MB)
    else:
        print(f"{app.now:.0f} s: the app is launched by {app.launch_reason}")
        app.complete_wake()
    await asyncio.sleep(100_000)


phone.open(back_up)
phone.wait(seconds=1)
phone.swipe_up()
phone.wait(seconds=1)
phone.memory_pressure()
phone.wait(seconds=3)
moving = [transfer.name for transfer in phone.truth().transfers if transfer.sent]
print(f"5 s: moving are {', '.join(moving)}")
phone.wait(seconds=25)
phone.memory_pressure()
phone.wait(minutes=2)
