"""A Bluetooth accessory can bring an app back that the system ended; after a force quit it cannot, up to iOS 18.

Claims: bluetooth.relaunch-after-system-termination, bluetooth.force-quit-stops-relaunch
"""

import asyncio

from afterswipe import AfterSwipeError, Phone


async def app_main(app):
    app.bluetooth.wait_for_event()
    await asyncio.sleep(10_000)


def ended_by_the_system(phone):
    phone.swipe_up()
    phone.wait(minutes=1)
    phone.memory_pressure()


def force_quit(phone):
    phone.force_quit()


for ios, ending in (("6", None), ("7", ended_by_the_system), ("18", force_quit), ("26", force_quit)):
    try:
        phone = Phone(ios=ios)
        phone.open(app_main)
        ending(phone)
        phone.wait(minutes=1)
        came = phone.background_modes.bluetooth_event()
        result = f"launched by {phone.app.launch_reason}" if came else "left alone"
    except AfterSwipeError as refused:
        result = str(refused)
    print(f"iOS {ios}" + (f", {ending.__name__}" if ending else "") + f": {result}")
