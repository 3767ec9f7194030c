"""The Photos background upload extension: the system moves resources of the photo library, and nothing else.

Apple: `PHBackgroundResourceUploadExtension` (iOS 26.1, deprecated in 27) and
`PHBackgroundResourceUploadJobExtension` (iOS 27). The system decides when to call the extension. The
extension makes jobs, one resource to one URL each; a process of the system moves the bytes. It is not for a
story upload: what the app rendered is in no photo library.

The script decides in its place: `phone.photos.call_extension()`. Not modelled: the conditions for it, how
long an extension may run, the job limit, the single retry, assets only in iCloud, `willTerminate`.
"""

from afterswipe.device.network import Network
from afterswipe.errors import must, must_be_one_of, must_have_bytes
from afterswipe.frameworks.extensions.system import Extension, ExtensionMain, Extensions
from afterswipe.kernel import Checked, Host, Process
from afterswipe.kernel.record import TransferEnded, TransferMoved

FIRST_FORM = "PHBackgroundResourceUploadExtension"
FORMS = {
    FIRST_FORM: "photos-upload.introduced-in-26-1",
    "PHBackgroundResourceUploadJobExtension": "photos-upload.first-form-deprecated",
}
"""The two forms of the extension, each with the claim that says since when it exists."""


class UploadExtension(Extension):
    """What the extension's code holds while the system lets it make jobs."""

    def __init__(self, network: Network, photos: "Photos") -> None:
        super().__init__(network, "Photos upload extension")
        self._photos = photos

    def new_assets(self) -> list[str]:
        """The names of the library's assets for which there is no job yet."""
        return [name for name in self._photos.library if name not in self._photos.jobs]

    def create_job(self, resource: str) -> None:
        """Ask the system to upload one resource. Raises APIError for what is not in the photo library."""
        why = f"{resource!r} is no unmodified resource of an asset in the photo library. Upload what the app made itself with a background URLSession."
        self.rules.obeyed("photos-upload.unmodified-assets-only", resource in self._photos.library, why)
        self._photos.upload(resource)


class Photos(Checked):
    """The phone's side: `phone.photos`. The photo library, and the system that uploads from it."""

    full_access: bool = True
    """Whether the person gave the app access to the full library."""

    def __init__(self, host: Host, network: Network, extensions: Extensions) -> None:
        self._host, self._network, self._extensions = host, network, extensions
        self._extension: ExtensionMain[UploadExtension] | None = None
        self.library: dict[str, int] = {}
        """The assets in the library: name and size in bytes."""
        self.jobs: dict[str, int] = {}
        """The bytes of each job's resource that have reached the server."""
        self.enabled = False
        """Whether the app has switched background uploads on."""

    def take(self, name: str, *, size: int) -> None:
        """Take a photo or video: an asset of the library. Raises UsageError for a size below 1."""
        must_have_bytes(name, size)
        must(name not in self.library, f"There is an asset {name!r} in the library already.")
        self.library[name] = size

    def install_extension(self, process_jobs: ExtensionMain[UploadExtension], form: str = FIRST_FORM) -> str:
        """Give the app an extension of one of the `FORMS`. Says "installed", or that with a warning."""
        must_be_one_of("form of the extension", form, FORMS)
        self._host.rules.require(FORMS[form], form)
        self._extension = process_jobs
        old = form == FIRST_FORM and self._host.rules.holds("photos-upload.first-form-deprecated")
        return "installed, deprecated since iOS 27" if old else "installed"

    def call_extension(self) -> bool:
        """Let the system call the extension, and say whether it did. NotKnownError after a force quit."""
        if self._extension is None or not self.enabled:
            return False
        self._host.rules.cite("photos-upload.introduced-in-26-1")
        self._host.must_not_be_force_quit("whether the Photos upload extension is called after a force quit")
        self._extensions.start(UploadExtension(self._network, self), self._extension)
        return True

    def upload(self, name: str) -> None:
        """A job: the system moves the bytes, whatever becomes of extension and app."""
        must(name not in self.jobs, f"There is a job for {name!r} already. Ask new_assets() for others.")
        number, size = len(self.jobs) + 1, self.library.get(name, 1)
        self.jobs[name] = 0

        def progressed(sent: int) -> None:
            self.jobs[name] = sent
            who, note = (self._host.clock.now, "the system (Photos)", number, name), self._host.record.add
            note(TransferMoved(*who, sent, size))
            if sent == size:
                note(TransferEnded(*who, "done"))

        self._extensions.move(name, size, up=True, progressed=progressed)


class PhotoLibrary(Checked):
    """The app's side: `app.photo_library`."""

    def __init__(self, process: Process, photos: Photos) -> None:
        self._process, self._photos = process, photos

    def set_upload_job_extension_enabled(self, enabled: bool) -> None:
        """Switch uploads on or off. Raises UnavailableError before iOS 26.1, APIError without full access."""
        self._process.rules.require("photos-upload.introduced-in-26-1", "Photos background uploads")
        self._process.must_run("change a setting", "life-cycle.suspended-runs-no-code")
        why = (
            "Background uploads need access to the full photo library. Ask the person for full access first."
        )
        may = self._photos.full_access or not enabled
        self._process.rules.obeyed("photos-upload.full-library-access", may, why)
        self._photos.enabled = enabled
