"""The facts as data: `get` reads a claim with all that is known of it, `every` all. A run needs neither."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .sources import Claim


def get(claim_id: str) -> "Claim":
    """The claim with this id and with its sources. Raises ClaimError where there is none."""
    from . import sources

    return sources.get(claim_id)


def every() -> "list[Claim]":
    """All claims with their sources, sorted by id."""
    from . import sources

    return sources.every()
