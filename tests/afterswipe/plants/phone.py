"""The rules of what a person does with the phone, taken back."""

from afterswipe.app import Application
from afterswipe.kernel.host import Host
from afterswipe.kernel.life_cycle import Event
from afterswipe.kernel.phases import Phase
from afterswipe.phone import Phone
from afterswipe.system import System

from . import Patch, plant
from .kernel import nobody_has_to_run


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


@plant("life-cycle.file-lock-at-suspension")
def a_file_lock_is_kept_in_suspension(patch: Patch) -> None:
    patch.setattr(Application, "_suspended", lambda *_: None)


@plant("live-activity.updates-need-run-time")
def an_app_without_run_time_changes_its_card(patch: Patch) -> None:
    nobody_has_to_run(patch, "live-activity.updates-need-run-time")


@plant("live-activity.dismissing-does-not-stop-the-work")
def the_work_stops_with_its_card(patch: Patch) -> None:
    remove = Phone.remove_card

    def planted(phone: Phone, number: int = 1) -> None:
        remove(phone, number)
        phone.app.connections.die()

    patch.setattr(Phone, "remove_card", planted)


def _cards_go(patch: Patch, event_is: bool) -> None:
    hear = System._hear_for_cards

    def planted(system: System, cards) -> None:
        def ended(change) -> None:
            if (change.event is Event.FORCE_QUIT) is event_is:
                for card in list(cards):
                    cards.dismiss(card.number, by="system")

        hear(system, cards)
        system.host.phases._by_phase[Phase.CARDS_OF_ENDED] = ended

    patch.setattr(System, "_hear_for_cards", planted)


@plant("live-activity.survives-force-quit")
def cards_go_with_a_force_quit(patch: Patch) -> None:
    _cards_go(patch, True)


@plant("live-activity.survives-its-process")
def cards_go_with_their_process(patch: Patch) -> None:
    _cards_go(patch, False)
