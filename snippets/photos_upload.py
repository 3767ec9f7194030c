"""The Photos upload extension: the system uploads what is in the photo library, and not the story that the app rendered.

Claims: photos-upload.introduced-in-26-1, photos-upload.first-form-deprecated, photos-upload.full-library-access,
photos-upload.unmodified-assets-only
"""

from afterswipe import MB, AfterSwipeError, Phone

FIRST, SECOND = "PHBackgroundResourceUploadExtension", "PHBackgroundResourceUploadJobExtension"


async def app_main(app):
    try:
        app.photo_library.set_upload_job_extension_enabled(True)
    except AfterSwipeError as refused:
        print(f"  {refused}")


async def process_jobs(extension):
    for name in extension.new_assets():
        extension.create_job(name)
    try:
        extension.create_job("story with stickers.mov")
    except AfterSwipeError as refused:
        print(f"  {refused}")


def attempt(ios, form, *, full_access=True):
    print(f"iOS {ios}, {form}" + ("" if full_access else ", access to some photos"))
    phone = Phone(ios=ios)
    phone.photos.full_access = full_access
    phone.photos.take("IMG_0001.MOV", size=60 * MB)
    try:
        print(f"  {phone.photos.install_extension(process_jobs, form)}")
    except AfterSwipeError as refused:
        print(f"  {refused}")
        return
    phone.open(app_main)
    phone.swipe_up()
    phone.wait(minutes=1)
    if phone.photos.call_extension():  # when, is the system's decision
        phone.wait(minutes=1)
        print(f"  {phone.truth().transfers[0]}; the app is {phone.app_state.value}")


attempt("26", FIRST)
attempt("26.1", FIRST)
attempt("26.1", FIRST, full_access=False)
attempt("26.1", SECOND)
attempt("27", FIRST)
attempt("27", SECOND)
