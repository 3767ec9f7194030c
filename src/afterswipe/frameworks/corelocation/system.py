"""Core Location, the phone's side: whether there are updates at all, and events that wake an app."""

from afterswipe.kernel import Host, State
from afterswipe.kernel.record import ProcessChanged, StateChanged, TransferMoved


class LocationServices:
    """What the person allows, and events of places."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self.armed = True
        """Whether the next event wakes the app: the app has armed it, and it has not happened since."""
        self.location_services = True
        """Whether the person allows location updates at all. Set it to False and no more come."""

    def location_event(self) -> bool:
        """A region or significant-change event, as upload apps used to be woken by. Returns whether the app was woken.

        It wakes once, until the app's code arms it again (claim location.monitoring-restarts-at-launch), after a force quit too
        unless `disputes` follows the report (claim location.relaunch-after-force-quit).
        """
        rules = self._host.rules
        if not self.armed:
            rules.cite("location.monitoring-restarts-at-launch")
            return False
        if self._host.was_force_quit and not rules.holds("location.relaunch-after-force-quit"):
            return False
        self.armed = False
        woken = self._host.wake("location event", "model.wake-run-time", "")
        self.armed |= not woken
        return woken

    def review(self) -> list[str]:
        """What App Review guideline 2.5.4 says to transfers that moved in the background by location alone."""
        on, state = False, State.NOT_RUNNING
        for entry in self._host.record:
            match entry:
                case ProcessChanged(process="run time by location"):
                    on = entry.change == "begins"
                case StateChanged():
                    state = entry.after
                case TransferMoved(by="app") if on and state is State.BACKGROUND:
                    self._host.rules.cite("policy.background-services-as-intended")
                    return [f"location kept {entry.name} moving: guideline 2.5.4, if it is for that alone"]
        return []
