"""Core Bluetooth with state restoration, for an app that waits for its accessory."""

from afterswipe.kernel import Process

from .system import Accessories


class Bluetooth:
    """Core Bluetooth with state restoration: `app.bluetooth`. Since iOS 7."""

    def __init__(self, process: Process, accessories: Accessories) -> None:
        self._process = process
        self._accessories = accessories

    def wait_for_event(self) -> None:
        """Tell the system that the app waits for an event of its accessory, such as a connection. Raises UnavailableError before iOS 7."""
        self._process.rules.require(
            "bluetooth.relaunch-after-system-termination", "Bluetooth state restoration"
        )
        self._accessories.waits_for_bluetooth = True
