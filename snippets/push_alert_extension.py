"""An alert push can start a notification service extension: a process of its own, while the app stays suspended.

Its time is short. How short stands on none of the pages read; the 30 seconds here are an assumption.

Claims: alert-push.service-extension-trigger, alert-push.service-extension-last-chance, model.service-extension-run-time
"""

import asyncio

from afterswipe import KB, MB, AfterSwipeError, Phone


async def app_main(_app):
    await asyncio.sleep(10_000)


async def did_receive(extension):
    def give_up():
        print(f"  {extension.now:.0f} s: last chance")
        extension.content_handler(f"{extension.text} (without its picture)")

    extension.service_extension_time_will_expire = give_up
    size = 60 * MB if "video" in extension.text else 300 * KB
    async with extension.client() as client:
        await client.post("https://media.example/thumbnail", content=zeros(size))
    extension.content_handler(f"{extension.text} (with its picture)")


async def zeros(size):
    for _ in range(size // (100 * KB)):
        yield bytes(100 * KB)


for ios in ("9", "10"):
    phone = Phone(ios=ios)
    phone.open(app_main)
    phone.swipe_up()
    phone.wait(seconds=10)
    print(f"iOS {ios}")
    try:
        phone.pushes.install_service_extension(did_receive)
    except AfterSwipeError as refused:
        print(f"  {refused}")
    for text, mutable in (("Anna liked it", False), ("Anna sent a photo", True), ("Anna sent a video", True)):
        phone.pushes.alert(text, mutable_content=mutable)
        phone.wait(minutes=1)
        print(f"  shown: {phone.pushes.notifications[-1]}; the app is {phone.app_state.value}")
