"""What an app hands to the system: a request for one launch, or for going on behind a card. A wish, and no start."""

from dataclasses import dataclass

from afterswipe.units import SECOND


@dataclass(frozen=True)
class BGTaskRequest:
    """What all requests have. `earliest_begin_date` is seconds on the phone's clock (`app.now + 900`).

    It is a lower bound and no appointment (claim background-tasks.earliest-begin-is-a-lower-bound).
    """

    identifier: str
    earliest_begin_date: float | None = None

    @property
    def earliest(self) -> int:
        """The earliest begin in milliseconds; 0 where none is set."""
        return 0 if self.earliest_begin_date is None else round(self.earliest_begin_date * SECOND)


@dataclass(frozen=True)
class BGAppRefreshTaskRequest(BGTaskRequest):
    """Ask for one launch with up to 30 seconds of run time, to fetch what is new (claim background-refresh.duration)."""


@dataclass(frozen=True)
class BGProcessingTaskRequest(BGTaskRequest):
    """Ask for minutes of run time while nobody uses the phone (claims background-processing.runs-when-idle, .lasts-minutes).

    Both requirements are off by default (claim background-processing.power-and-network-conditions).
    """

    requires_external_power: bool = False
    requires_network_connectivity: bool = False


@dataclass(frozen=True, kw_only=True)
class BGContinuedProcessingTaskRequest(BGTaskRequest):
    """Ask to go on in the background with what a person has started in the app.

    `strategy` says what happens where it cannot start at once: "queue" or "fail". Left out it is "queue" (claim
    continued-processing.default-strategy-is-queue). `earliest_begin_date` is ignored (claim continued-processing.ignores-earliest-begin).
    """

    title: str
    subtitle: str
    strategy: str | None = None
