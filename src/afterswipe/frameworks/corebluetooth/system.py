"""Core Bluetooth with state restoration: what an accessory does wakes or launches an app that waits for it.

Not modelled: Bluetooth itself.
"""

from afterswipe.device.conditions import Power
from afterswipe.errors import NotKnownError, must
from afterswipe.kernel import Checked, Host, Process


class Accessories(Checked):
    """The accessories around the phone, and whether the app waits for one."""

    def __init__(self, host: Host, power: Power) -> None:
        self._host, self._power = host, power
        self.waits_for_bluetooth = False
        """Whether the app waits for an event of an accessory; set by `app.bluetooth.wait_for_event()`."""

    def bluetooth_event(self) -> bool:
        """Let an accessory do something; returns whether the app is woken for it.

        Not between a restart and the first unlock. Raises NotKnownError after a force quit since iOS 26.
        """
        host, rules = self._host, self._host.rules
        why = "The app waits for no Bluetooth event. Let it call app.bluetooth.wait_for_event()."
        must(self.waits_for_bluetooth, why)
        if not self._power.unlocked_since_restart:
            rules.cite("bluetooth.relaunch-after-restart")
            return False
        rule = "bluetooth.accessory-setup-relaunch"
        if host.was_force_quit and rules.holds(rule):
            why = "whether the app comes back. Apple says so only for an accessory set up with AccessorySetupKit. Test it on a device."
            raise NotKnownError(why, rule)
        if host.process is None and not host.was_force_quit:
            rules.cite("bluetooth.relaunch-after-system-termination")
        stopped = rules.holds("bluetooth.force-quit-stops-relaunch")
        rule = "bluetooth.force-quit-stops-relaunch" if stopped else "force-quit.no-background-launch"
        return host.wake("Bluetooth", "model.wake-run-time", rule)


class Bluetooth(Checked):
    """Core Bluetooth with state restoration: `app.bluetooth`. Since iOS 7."""

    def __init__(self, process: Process, accessories: Accessories) -> None:
        self._process, self._accessories = process, accessories

    def wait_for_event(self) -> None:
        """Let the system wake the app for its accessory. Raises UnavailableError before iOS 7."""
        rule = "bluetooth.relaunch-after-system-termination"
        self._process.rules.require(rule, "Bluetooth state restoration")
        self._process.must_run("wait for an accessory", "life-cycle.suspended-runs-no-code")
        self._accessories.waits_for_bluetooth = True
