"""Background Assets: an extension that downloads what the app needs: at install, at update, now and then.

The system starts the extension, in a process of its own; a process of the system moves the bytes. It only
downloads, and not after a force quit. So it brings content in before the app is opened, and takes none out.

The script says when: `phone.background_assets.run("install")`. Not modelled: how often "periodic" is, how
long the extension may run, size limits of packs, packs that Apple hosts (iOS 26).
"""

from afterswipe.device.network import Network
from afterswipe.errors import NotKnownError, must_be_one_of, must_have_bytes
from afterswipe.frameworks.extensions.system import Extension, ExtensionMain, Extensions
from afterswipe.kernel import Checked, Host
from afterswipe.kernel.record import ProcessChanged

REASONS = ("install", "update", "periodic")
"""What the system runs the extension for."""


class DownloaderExtension(Extension):
    """What the extension's code holds. `reason` is one of `REASONS`."""

    def __init__(self, network: Network, assets: "BackgroundAssets", reason: str) -> None:
        super().__init__(network, "Background Assets extension")
        self.reason, self._assets = reason, assets

    def schedule_download(self, name: str, *, size: int) -> None:
        """Ask the system to download a file of `size` bytes. Raises UsageError for a size below 1."""
        must_have_bytes(name, size)
        self._assets.download(name, size)

    def schedule_upload(self, name: str) -> None:
        """There is no such method in Apple's framework. It is here to say so: raises APIError."""
        why = f"Background Assets only downloads; {name!r} cannot be sent. Use a background URLSession in the app."
        self.rules.obeyed("background-assets.downloads-only", False, why)


class BackgroundAssets(Checked):
    """The phone's side: `phone.background_assets`."""

    def __init__(self, host: Host, network: Network, extensions: Extensions) -> None:
        self._host, self._network, self._extensions = host, network, extensions
        self._extension: ExtensionMain[DownloaderExtension] | None = None
        self.downloaded: list[str] = []
        """The files that are on the phone, in the order in which they were complete."""

    def install_extension(self, downloads: ExtensionMain[DownloaderExtension]) -> None:
        """Give the app a Background Assets extension. Raises UnavailableError before iOS 16."""
        self._host.rules.require("background-assets.downloads-only", "Background Assets")
        self._extension = downloads

    def run(self, reason: str) -> bool:
        """Let the system run the extension for one of the `REASONS`; returns whether it ran.

        After a force quit it does not run for an update; of the others nobody says it: NotKnownError.
        """
        must_be_one_of("reason to run the extension", reason, REASONS)
        if self._extension is None:
            return False
        if self._host.was_force_quit:
            rule = "force-quit.stops-background-assets"
            if reason != "update":
                raise NotKnownError(f"whether it runs for {reason!r} after a force quit. Open the app.", rule)
            self._host.rules.cite(rule)
            return False
        self._extensions.start(DownloaderExtension(self._network, self, reason), self._extension)
        return True

    def download(self, name: str, size: int) -> None:
        """A download: the system moves the bytes, whatever becomes of extension and app."""

        def progressed(received: int) -> None:
            if received == size:
                self.downloaded.append(name)
                self._host.record.add(ProcessChanged(self._host.clock.now, f"download of {name}", "done"))

        self._extensions.move(name, size, up=False, progressed=progressed)
