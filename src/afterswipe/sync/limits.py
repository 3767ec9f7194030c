"""Every bound of a sync, in one place.

These are choices of this engine, not facts about iOS: that is why they are numbers here and no claims.
"""

from dataclasses import dataclass

from afterswipe.units import GB, KB, MB


@dataclass(frozen=True)
class Limits:
    """The bounds of one run. Times are in seconds, sizes in bytes, rates in bytes per second."""

    file_bytes: int = 5 * GB
    """No file may be larger, whatever the feed or the server say."""
    page_bytes: int = 64 * MB
    """One page of the feed. A plain feed is one page."""
    entity_bytes: int = MB
    """The metadata of one sound, song, author or genre."""
    events: int = 2_000_000
    """Events of one list, on all of its pages."""
    pages: int = 10_000
    """Pages of one list."""
    redirects: int = 5
    """Redirects of one request."""
    attempts: int = 5
    """Requests in a row that bring no new byte, for one file, one entity or one page."""
    requests: int = 1_000
    """Requests for one file, whether they bring bytes or not."""
    refetches: int = 4
    """How many times its own size a file may cost in one run, however often its body breaks off."""
    restarts: int = 2
    """How often a file begins anew, for a new version or a wrong digest; the last time without resuming."""
    resyncs: int = 1
    """How often one run starts the list again from `all`."""
    total_seconds: float = 24 * 3600
    """One run."""
    read_seconds: float = 30
    """How long the connection may be silent."""
    minimum_rate: float = KB
    """A slower transfer is broken off and resumed."""
    rate_seconds: float = 30
    """The window in which the rate is measured."""
    concurrency: int = 4
    """Files under way at the same time."""
    group_files: int = 32
    """Contents that came and have not landed, at most; most of them land together, others come meanwhile."""
    group_bytes: int = 4 * MB
    """Their bytes: where half as many are here, they land too."""
    group_seconds: float = 0.2
    """How long what arrived waits at most for others to land with."""
    backoff_base: float = 0.5
    """The first pause before a repeated request; each further one is twice as long."""
    backoff_cap: float = 30
    """The longest pause that a run waits for. A longer one ends the run, and is remembered."""
    retry_after_max: float = 3600
    """A `Retry-After` counts as no more than this, and so does a remembered pause once the clock was set."""
    reserve_bytes: int = 20 * MB
    """Space that is left free."""
    sync_seconds: float = 1
    """How much work may be lost from a file under way when the power fails."""
    lease_seconds: float = 60
    """How long the right to write lasts without being renewed."""
