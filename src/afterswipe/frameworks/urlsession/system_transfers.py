"""Bytes that a process of the system moves for an extension: uploads of photos, downloads of assets.

No code of the app is needed while they move. Not modelled: retries, the system's choice of network or power for them.
"""

from collections.abc import Callable

from afterswipe.device.network import Network
from afterswipe.kernel import Action, Due, Phase


class SystemTransfers:
    """Moves files piece by piece, waits where there is no network, and goes on when it is back."""

    def __init__(self, network: Network, phase: Phase) -> None:
        self._network = network
        self._piece = int(network.rules.number("model.upload-chunk"))
        self._going: list[tuple[Due | None, Action]] = []
        network.watch(self._network_changed, phase)

    def move(self, size: int, *, up: bool, progressed: Callable[[int], None], moved: int = 0) -> None:
        """Move a file of `size` bytes up or down, of which `moved` are there; `progressed` is called with the bytes that have arrived."""
        there, due = moved + min(self._piece, size - moved), None

        def arrived() -> None:
            self._going.remove(entry)
            progressed(there)
            if there < size:
                self.move(size, up=up, progressed=progressed, moved=there)

        if self._network.connected:
            due = (self._network.send if up else self._network.receive)(there - moved, arrived)
        entry = (due, lambda: self.move(size, up=up, progressed=progressed, moved=moved))
        self._going.append(entry)

    def _network_changed(self) -> None:
        """What was on its way is lost with its network, and sent again on the next."""
        going, self._going = self._going, []
        for due, again in going:
            if due is not None:
                due.cancel()
            again()
