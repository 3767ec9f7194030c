"""The rules of sound, location and Bluetooth, taken back."""

from afterswipe.frameworks.avfaudio.system import AudioPlayback
from afterswipe.frameworks.corebluetooth.system import Accessories
from afterswipe.frameworks.corelocation.system import Location, LocationServices
from afterswipe.kernel.process import RunTimeSource

from . import Patch, plant
from .urlsession import wakes_after_a_force_quit


@plant("life-cycle.background-modes")
def a_source_gives_no_run_time(patch: Patch) -> None:
    def planted(source: RunTimeSource) -> None:
        if source._hold is None:
            source._hold = 0
            source._note("begins")

    patch.setattr(RunTimeSource, "start", planted)


@plant("audio.keep-alive-violates-review")
def review_says_nothing(patch: Patch) -> None:
    patch.setattr(AudioPlayback, "review", lambda _: [])


@plant("location.background-activity-session")
def a_session_is_worth_nothing(patch: Patch) -> None:
    patch.setattr(Location, "background_activity_session", lambda _: None)


@plant("location.live-activity-authorises-updates")
def a_card_is_worth_nothing(patch: Patch) -> None:
    authorised = Location._authorised

    def planted(location: Location) -> bool:
        return (location._session or location._process.state.foreground) and authorised(location)

    patch.setattr(Location, "_authorised", planted)


@plant("bluetooth.relaunch-after-system-termination")
def an_accessory_launches_nothing(patch: Patch) -> None:
    event = Accessories.bluetooth_event

    def planted(accessories: Accessories) -> bool:
        return accessories._host.process is not None and event(accessories)

    patch.setattr(Accessories, "bluetooth_event", planted)


@plant("bluetooth.force-quit-stops-relaunch")
def an_accessory_launches_a_force_quit_app(patch: Patch) -> None:
    wakes_after_a_force_quit(patch, "Bluetooth")


@plant("location.monitoring-restarts-at-launch")
def an_event_wakes_each_time(patch: Patch) -> None:
    event = LocationServices.location_event

    def planted(services: LocationServices) -> bool:
        vars(services)["armed"] = True
        return event(services)

    patch.setattr(LocationServices, "location_event", planted)
