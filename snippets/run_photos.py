"""A photo is taken, and the system uploads it: the app is not opened and runs no code."""

import asyncio

from afterswipe import MB, Phone, show

phone = Phone(ios="27")


async def app_main(app):
    app.photo_library.set_upload_job_extension_enabled(True)
    await asyncio.sleep(10_000)


async def process_jobs(extension):
    for name in extension.new_assets():
        extension.create_job(name)


phone.photos.install_extension(process_jobs, "PHBackgroundResourceUploadJobExtension")
phone.photos.full_access = True
phone.open(app_main)
phone.wait(seconds=5)
phone.swipe_up()
phone.wait(seconds=10)
phone.photos.take("IMG_0001.MOV", size=60 * MB)
phone.wait(seconds=30)
phone.photos.call_extension()  # when, is the system's decision
phone.wait(minutes=1)
print(phone.truth())
show(phone.timeline())
