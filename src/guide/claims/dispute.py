"""Where a reader disputes a claim: a form of the repository's, with the claim's id and address filled in."""

import os
from urllib.parse import urlencode

from afterswipe.claims.sources import Claim

from .data import address

_BODY = """{statement}

{address}

What I have (a source with the words that matter, a log from a device, or another reading):
"""


def repo_url() -> str:
    """Where the repository stands, from the environment's REPO_URL: GitHub, Forgejo or Gitea. Empty where nobody has said so."""
    return os.environ.get("REPO_URL", "").rstrip("/")


def form(claim: Claim, site_url: str) -> str:
    """The address of the form, or "" without a repository."""
    if not (repo := repo_url()):
        return ""
    body = _BODY.format(statement=claim.statement, address=address(claim.id, site_url))
    return f"{repo}/issues/new?" + urlencode({"title": f"Dispute: {claim.id}", "body": body})
