"""What an app can ask of the photo library."""

from afterswipe.kernel import Process

from .system import Photos


class PhotoLibrary:
    """The app's side: `app.photo_library`."""

    def __init__(self, process: Process, photos: Photos) -> None:
        self._process = process
        self._photos = photos

    def set_upload_job_extension_enabled(self, enabled: bool) -> None:
        """Switch background uploads on or off. Raises UnavailableError before iOS 26.1, APIError without full access to the library."""
        self._process.rules.require("photos-upload.introduced-in-26-1", "Photos background uploads")
        why = (
            "Background uploads need access to the full photo library. Ask the person for full access first."
        )
        may = self._photos.full_access or not enabled
        self._process.rules.obeyed("photos-upload.full-library-access", may, why)
        self._photos.enabled = enabled
