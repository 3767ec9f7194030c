"""The rules of network, restarts and connections, taken back."""

from afterswipe.device.connections import Connections
from afterswipe.device.network import Network

from . import Patch, plant


@plant("model.captive-portal-answers-everything")
def a_captive_portal_lets_everything_through(patch: Patch) -> None:
    patch.setattr(Network, "intercepts", False)


@plant("model.network-change-cuts-connections")
def connections_outlive_a_change_of_the_network(patch: Patch) -> None:
    change = Network._changed
    patch.setattr(Network, "_changed", lambda network, what, _cut: change(network, what, ""))


@plant("life-cycle.suspension-closes-sockets")
def connections_outlive_a_suspension(patch: Patch) -> None:
    patch.setattr(Connections, "_changed", lambda *_: None)
