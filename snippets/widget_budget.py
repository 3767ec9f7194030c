"""A widget shows pictures that were made before; making new ones is budgeted, and no code runs while a person looks.

70 a day is the upper end of Apple's range for a widget that is viewed often. How a day is counted is an assumption.

Claims: widgets.daily-budget, widgets.code-is-not-always-running, widgets.reloads-that-do-not-count, model.widget-window
"""

import asyncio

from afterswipe import Phone, UnavailableError


async def timeline(widget):
    return [(widget.now, "posting"), (widget.now + 40, "posted, as planned")]


async def app_main(app):
    app.audio.play()  # a podcast: the app has run time all day
    for _ in range(100):
        app.widget_center.reload_all_timelines()
        await asyncio.sleep(60)
    app.audio.stop()


def day(ios):
    phone = Phone(ios=ios)
    widget = phone.widgets.add(timeline)
    phone.wait(seconds=30)
    print(f"iOS {ios}: after 30 s the widget shows {phone.widgets.shows(widget)!r}")
    phone.wait(seconds=30)
    print(
        f"  after 60 s, the app never opened: {phone.widgets.shows(widget)!r}, {widget.reloads} run of its code"
    )
    phone.open(app_main)
    phone.swipe_up()
    phone.wait(hours=2)
    print(f"  100 reloads while the app plays audio: {widget.reloads - 1} more")
    for _ in range(100):
        phone.widgets.reload_all()
        phone.wait(minutes=1)
    print(f"  100 more that count: {widget.reloads - 101} at once")
    phone.wait(hours=24)
    print(f"  a day later: {widget.reloads - 101}")


for ios in ("13", "14"):
    try:
        day(ios)
    except UnavailableError as refused:
        print(refused)
