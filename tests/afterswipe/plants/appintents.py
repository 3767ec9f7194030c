"""The rules of App Intents, taken back."""

from afterswipe.errors import UsageError
from afterswipe.frameworks.appintents.system import Intents, LongRunningIntent, _Run

from . import Patch, plant


@plant("intents.widget-buttons-run-an-intent")
def there_are_no_buttons_in_widgets(patch: Patch) -> None:
    def planted(*_) -> None:
        raise UsageError("There is nothing to tap.")

    patch.setattr(Intents, "tap", planted)


@plant("intents.cancellation-gives-a-reason")
def an_intent_is_stopped_without_a_word(patch: Patch) -> None:
    stop = _Run.stop

    def planted(run: _Run, reason: str) -> None:
        patch.setattr(run.intent, "cancelled", lambda *_: None, raising=False)
        stop(run, reason)

    patch.setattr(_Run, "stop", planted)


@plant("long-running-intent.extends-the-limit")
def a_long_running_intent_has_the_time_of_any_other(patch: Patch) -> None:
    async def planted(_intent: LongRunningIntent, operation) -> None:
        await operation()

    patch.setattr(LongRunningIntent, "perform_background_task", planted)


@plant("long-running-intent.stops-without-progress")
def nobody_looks_for_progress(patch: Patch) -> None:
    look = _Run._look_at_the_time
    patch.setattr(_Run, "_look_at_the_time", lambda run: None if run.extended else look(run))


@plant("long-running-intent.system-shows-the-card")
def a_long_running_intent_has_no_card(patch: Patch) -> None:
    begin = _Run.__init__

    def planted(run: _Run, *others) -> None:
        begin(run, *others)
        if run.card is not None:
            run._cards.dismiss(run.card, by="system")

    patch.setattr(_Run, "__init__", planted)
