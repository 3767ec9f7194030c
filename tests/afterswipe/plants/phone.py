"""The rules of what a person does with the phone, taken back."""

from afterswipe.kernel.host import Host
from afterswipe.kernel.life_cycle import Event
from afterswipe.phone import Phone

from . import Patch, plant


@plant("life-cycle.states")
def the_app_switcher_covers_nothing(patch: Patch) -> None:
    happen = Host.happen

    def planted(host: Host, event: Event, *others, **named) -> None:
        if event is not Event.INTERRUPT:
            happen(host, event, *others, **named)

    patch.setattr(Host, "happen", planted)


@plant("life-cycle.jetsam")
def memory_is_never_needed(patch: Patch) -> None:
    patch.setattr(Phone, "memory_pressure", lambda _: None)


@plant("life-cycle.scene-disconnection")
def no_scene_is_disconnected(patch: Patch) -> None:
    patch.setattr(Phone, "disconnect_scene", lambda _: None)


@plant("live-activity.dismissing-does-not-stop-the-work")
def the_work_stops_with_its_card(patch: Patch) -> None:
    remove = Phone.remove_card

    def planted(phone: Phone, number: int = 1) -> None:
        remove(phone, number)
        phone.app.url_session._connections.die()

    patch.setattr(Phone, "remove_card", planted)
