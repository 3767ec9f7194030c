"""Bytes that a process of the system moves for an extension: uploads of photos, downloads of assets.

No code of the app is needed while they move. Not modelled: retries, the system's choice of network or power for them.
"""

from collections.abc import Callable
from dataclasses import dataclass

from afterswipe.device.network import Network
from afterswipe.kernel.clock import Due
from afterswipe.kernel.phases import Phase


@dataclass
class SystemTransfer:
    """One file on its way. `moved` is in bytes."""

    name: str
    size: int
    up: bool
    progressed: Callable[[int], None]
    moved: int = 0
    piece: Due | None = None


class SystemTransfers:
    """Moves files piece by piece, waits where there is no network, and goes on when it is back."""

    def __init__(self, network: Network, phase: Phase) -> None:
        self._network = network
        self._piece = int(network.rules.number("model.upload-chunk"))
        self._going: list[SystemTransfer] = []
        network.watch(self._network_changed, phase)

    def start(self, name: str, size: int, *, up: bool, progressed: Callable[[int], None]) -> None:
        """Move a file of `size` bytes up or down; `progressed` is called with the bytes that have arrived."""
        self._going.append(SystemTransfer(name, size, up, progressed))
        self._next(self._going[-1])

    def _next(self, transfer: SystemTransfer) -> None:
        if self._network.connected:
            piece = min(self._piece, transfer.size - transfer.moved)
            way = self._network.send if transfer.up else self._network.receive
            transfer.piece = way(piece, lambda: self._arrived(transfer, piece))

    def _arrived(self, transfer: SystemTransfer, count: int) -> None:
        transfer.moved += count
        if transfer.moved >= transfer.size:
            self._going.remove(transfer)
        transfer.progressed(transfer.moved)
        if transfer.moved < transfer.size:
            self._next(transfer)

    def _network_changed(self) -> None:
        """What was on its way is lost with its network, and sent again on the next."""
        for transfer in self._going:
            if transfer.piece is not None:
                transfer.piece.cancel()
            self._next(transfer)
