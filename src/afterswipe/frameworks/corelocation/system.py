"""Core Location, the phone's side: whether there are updates at all, and events that wake an app."""

from afterswipe.errors import NotKnownError
from afterswipe.kernel import Host


class LocationServices:
    """What the person allows, and events of places."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self.location_services = True
        """Whether the person allows location updates at all. Set it to False and no more come."""

    def location_event(self) -> bool:
        """A region or significant-change event, as upload apps used to be woken by. Returns whether the app was woken.

        Raises NotKnownError after a force quit (claim location.relaunch-after-force-quit-unsettled).
        """
        if self._host.was_force_quit:
            raise NotKnownError(
                "whether a location event relaunches an app that was force quit. Open the app before, or test it on a device.",
                "location.relaunch-after-force-quit-unsettled",
            )
        return self._host.wake("location event", "model.wake-run-time")
