"""A log that finds its own holes: one line each second, with the time, and a look back when the code runs again."""

import asyncio

from afterswipe import Phone, show

EVERY = 1  # seconds between two lines
HOLE = 3  # seconds without a line that count as a hole

phone = Phone(ios="18")
lines = []  # on a phone: a file


async def app_main(app):
    app.observe(lambda callback: lines.append((app.now, callback)))
    while True:
        lines.append((app.now, "runs"))
        await asyncio.sleep(EVERY)


phone.open(app_main)
phone.wait(seconds=3)
phone.swipe_up()
phone.wait(minutes=2)
phone.open()
phone.wait(seconds=2)
phone.swipe_up()
phone.wait(minutes=1)
phone.memory_pressure()
phone.wait(minutes=5)
phone.open()
phone.wait(seconds=1)

before = lines[0][0]
for at, what in lines:
    if at - before > HOLE:
        print(f"        no line for {at - before:.0f} s")
    if what != "runs":
        print(f"{at:5.0f} s {what}")
    before = at
show(phone.timeline())
