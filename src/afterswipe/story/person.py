"""A person as a seeded script: opens the app, stays, leaves, comes back, locks the phone, sometimes swipes the app away.

How long and how often are choices (claims model.person-stays, model.person-is-away, model.person-locks, model.person-force-quits).

Not modelled: day and night, habits, several apps, a person who reacts to what the card says.
"""

import random
from collections.abc import Callable
from inspect import iscoroutinefunction

from afterswipe import HOUR, Phone, UsageError
from afterswipe.units import YEAR


class Person:
    """Somebody who uses the phone. The same seed does the same things on every phone."""

    def __init__(self, seed: int) -> None:
        self._rng = random.Random(seed)

    def follow(self, phone: Phone, *, hours: float = 1, until: Callable[[], bool] = lambda: False) -> None:
        """Use the phone's app for `hours`, or less where `until` says True before, and leave the phone as it is then.

        The app has to be on the phone already. `until` is for runs of which nothing more can come: the rest of the script is left out.
        Raises UsageError for a time that is not above zero, or where `phone.open(app)` was never called.
        """
        if not hours > 0:
            raise UsageError(f"hours={hours} is no time. Give a number above 0.")
        end = phone.clock.now + round(hours * HOUR)
        if end > YEAR or iscoroutinefunction(until):
            phone.wait(hours=hours, until=until)  # which says what is wrong
        in_front = phone.app_state.foreground
        while phone.clock.now < end and not until():
            if not in_front:
                phone.open()
            self._wait(phone, "model.person-stays", end, until)
            if phone.clock.now < end and not until():
                self._leave(phone)
                self._wait(phone, "model.person-is-away", end, until)
            in_front = False

    def _leave(self, phone: Phone) -> None:
        lot = self._rng.random()
        quits = phone.rules.number("model.person-force-quits")
        if lot < quits:
            phone.force_quit()
        elif lot < quits + phone.rules.number("model.person-locks"):
            phone.lock()
        else:
            phone.swipe_up()

    def _wait(self, phone: Phone, claim: str, end: int, until: Callable[[], bool]) -> None:
        """Wait for a time around the claim's, in whole milliseconds: from none to twice as long, evenly."""
        span = round(2 * phone.rules.milliseconds(claim) * self._rng.random())
        now = phone.clock.now
        phone.host.run_until(min(now + span, end), until)
