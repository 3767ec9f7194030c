"""UIKit may take back the memory of a scene in the background; the app's process stays as it is.

Claims: life-cycle.scene-disconnection
"""

from afterswipe import Phone, UnavailableError, UsageError


async def app_main(app):
    await app.tapped()


def show(what):
    print(f"  {what}: the app is {phone.app_state.value}, its scene {phone.app.scene_state.value}")


for ios in ("13", "12"):
    print(f"iOS {ios}:")
    phone = Phone(ios=ios)
    phone.open(app_main)
    try:
        phone.disconnect_scene()
    except (UnavailableError, UsageError) as no:
        print(f"  {no}")
    if ios == "12":
        continue
    phone.swipe_up()
    phone.wait(minutes=5)
    show("left")
    phone.disconnect_scene()
    show("disconnected")
    phone.open()
    show("opened again")
