"""Resumable uploads: what an app keeps of an upload that was interrupted, so that another can go on from there.

Apple: `URLError.uploadTaskResumeData`, `uploadTask(withResumeData:)` (claim background-urlsession.resumable-uploads). Both sides
have to know the protocol: iOS from version 17, and the server (`phone.network.serve(host, resumable=True)`).

Not modelled: the protocol's own messages (104, HEAD, PATCH), of which only the time for one question is spent; `cancel(byProducingResumeData:)`.
"""

from dataclasses import dataclass

from afterswipe.claims.rules import Rules

_CLAIM = "background-urlsession.resumable-uploads"


@dataclass(frozen=True)
class ResumeData:
    """An interrupted upload: its file, its server, and how many of its bytes the server has."""

    name: str
    size: int
    url: str
    sent: int


def must_be_resumable(rules: Rules) -> None:
    """Raise UnavailableError on an iOS that has no resumable uploads."""
    rules.require(_CLAIM, "resumable uploads")


def resume_data(rules: Rules, server_knows: bool, interrupted: ResumeData) -> ResumeData | None:
    """What an app is given after an interruption: the resume data, or None where the server does not know the protocol."""
    return interrupted if server_knows and rules.holds(_CLAIM) else None
