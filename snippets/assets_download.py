"""Background Assets brings content in before the app is opened, and takes nothing out; a force quit stops it.

Claims: background-assets.downloads-only, force-quit.stops-background-assets
"""

from afterswipe import MB, AfterSwipeError, Phone


async def app_main(app):
    pass


async def downloads(extension):
    print(f"  the extension runs for {extension.reason}")
    extension.schedule_download(f"sounds ({extension.reason})", size=30 * MB)
    try:
        extension.schedule_upload("story.mov")
    except AfterSwipeError as refused:
        print(f"  {refused}")


for ios in ("16.0", "16.1"):
    print(f"iOS {ios}")
    phone = Phone(ios=ios)
    try:
        phone.background_assets.install_extension(downloads)
    except AfterSwipeError as refused:
        print(f"  {refused}")
        continue
    phone.background_assets.run("install")
    phone.wait(minutes=1)
    print(f"  on the phone: {phone.background_assets.downloaded}; the app is {phone.app_state.value}")
    phone.open(app_main)
    phone.force_quit()
    print("  force quit, then an update")
    phone.background_assets.run("update")
    phone.wait(minutes=1)
    print(f"  on the phone: {phone.background_assets.downloaded}")
