"""The ways to get the same story to the server after its person has left, each with an app that runs (`apps.py`).

Not modelled: several of these ways in one app, except in the recipes.
"""

from collections.abc import Callable
from dataclasses import dataclass

from afterswipe import Phone

from . import apps
from .apps import Story, StoryApp


def tap_post(phone: Phone, _story: Story) -> None:
    """Tap Post in the app."""
    phone.tap("Post")


@dataclass(frozen=True)
class Strategy:
    """A way to post a story. `needs` is the oldest iOS that has everything it uses, its card included.

    `once` says that nothing more comes of it when its app has returned once: no handler and no later launch begins it again. `begin` is
    how the person starts it. `pushes` says that the server tells the card what has arrived, `resumable` that the server
    speaks the resumable upload protocol.
    """

    name: str
    needs: str
    app: StoryApp
    begin: Callable[[Phone, Story], None] = tap_post
    pushes: bool = False
    resumable: bool = False
    once: bool = False


def run_intent(phone: Phone, story: Story) -> None:
    """Let Siri or Shortcuts run the intent, with the app in front."""
    phone.intents.run(apps.PostStory(story))


STRATEGIES = (
    Strategy("nothing", "16.1", apps.nothing, once=True),
    Strategy("background task assertion", "16.1", apps.assertion, once=True),
    Strategy("background session, one file", "16.1", apps.background_session, once=True),
    Strategy("background session, chunks chained", "16.1", apps.chained_chunks, once=True),
    Strategy("background session, chunks up front", "16.1", apps.chunks_up_front, once=True),
    Strategy("processing task", "16.1", apps.processing_task),
    Strategy("background session, card by push", "16.2", apps.background_session, pushes=True, once=True),
    Strategy("continued task", "26", apps.continued_task),
    Strategy("long-running intent", "27", apps.long_running_intent, begin=run_intent),
    Strategy("full recipe before iOS 26", "17", apps.recipe, pushes=True, resumable=True),
    Strategy("full recipe", "26", apps.recipe, pushes=True, resumable=True),
)
"""All ways, from the one that does least."""
