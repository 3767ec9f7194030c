"""Discretionary work: what the system does when it finds the moment right, and what makes the moment wrong.

Apple documents that Low Power Mode pauses it and that the system may wait for Wi-Fi or power. How long, and for which of the two,
is the system's own decision; the model's choice is in the claims `model.discretionary-...`.
"""

from afterswipe.system import System


def waits_for(system: System) -> str:
    """What discretionary work waits for now, in words; empty where it may go on."""
    conditions, holds = system.conditions, system.rules.holds
    if conditions.low_power_mode and holds("system-conditions.low-power-mode"):
        return "it is discretionary, and Low Power Mode is on"
    if (
        conditions.low_data_mode
        and holds("system-conditions.user-switches")
        and holds("model.low-data-mode-holds-discretionary")
    ):
        return "it is discretionary, and Low Data Mode is on"
    wifi = system.network.kind == "Wi-Fi"
    if (wifi and conditions.charging) or not holds("background-urlsession.discretionary-may-wait"):
        return ""
    if (wifi or conditions.charging) and holds("model.discretionary-waits-for-wifi-or-power"):
        return ""
    return "it is discretionary, and there is no Wi-Fi and no power"
