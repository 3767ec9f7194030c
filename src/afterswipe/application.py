"""What an app's code holds: Apple's names over the phone's machinery. Passed to the app's main coroutine as `app`."""

from collections.abc import Callable

from .activity_kit import Activities, ActivityStore
from .background_assertion import BackgroundTime
from .clock import Clock
from .errors import UsageError
from .life_cycle import State
from .network import Connections
from .parameters import Parameters
from .process import ProcessLoop
from .record import Entry
from .units import SECOND
from .url_session import URLSession


class Application:
    """One process of an app on the phone.

    `activities` is ActivityKit, `url_session` the default URLSession. The other attributes without an
    underscore are the phone's machinery that those two are built on.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        parameters: Parameters,
        connections: Connections,
        cards: ActivityStore,
        loop: ProcessLoop,
        note: Callable[[Entry], None],
    ) -> None:
        self.clock = clock
        self.parameters = parameters
        self.connections = connections
        self.cards = cards
        self.loop = loop
        self.note = note
        self.state = State.NOT_RUNNING
        self.activities = Activities(self)
        self.url_session = URLSession(self)
        self.background_time: BackgroundTime

    @property
    def now(self) -> float:
        """The time on the phone's clock, in seconds since it was switched on."""
        return self.clock.now / SECOND

    @property
    def background_time_remaining(self) -> float:
        """Apple's `backgroundTimeRemaining`, in seconds; infinite in the foreground. For logging, not for logic."""
        return self.background_time.remaining()

    @property
    def chunk_size(self) -> int:
        """How many bytes an upload hands to the network at a time."""
        return int(self.parameters.number("model.upload-chunk"))

    def begin_background_task(self, name: str, expiration_handler: Callable[[], None] | None = None) -> int:
        """Ask not to be suspended yet, and return the identifier for `end_background_task`.

        The system calls `expiration_handler` shortly before the time is up (claim background-assertion.expiration-warning);
        an app that does not end its tasks then is terminated (claim background-assertion.must-be-ended).
        """
        self.must_run("begin a background task", "life-cycle.suspended-runs-no-code")
        return self.background_time.begin(name, expiration_handler)

    def end_background_task(self, identifier: int) -> None:
        """Say that the work is done, or given up. Raises UsageError for an identifier that is not held."""
        self.must_run("end a background task", "life-cycle.suspended-runs-no-code")
        self.background_time.end(identifier)

    def must_run(self, what: str, claim: str) -> None:
        """Raise UsageError unless this process has run time: from outside of the app's code nobody can act for it."""
        if not self.state.runs:
            raise UsageError(
                f"The app is {self.state.value}, so its code cannot {what} (claim {claim}). Do it in the app's coroutine."
            )
