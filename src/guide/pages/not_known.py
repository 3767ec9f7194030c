"""The page of what is not known: every gap among the claims, where it was looked for, and the device test that would tell."""

from collections.abc import Sequence

from afterswipe.claims.sources import Claim
from guide.claims import words as claim_words
from guide.claims.schema import MECHANISMS


def page(claims: Sequence[Claim]) -> str:
    """The page as Markdown, by mechanism."""
    gaps = [claim for claim in claims if claim.kind == "gap" and claim.status == "current"]
    lines = [
        "---",
        "description: What was looked for and not found about background work and Live Activities on iOS, each with the test on a device that would tell.",
        "---",
        "",
        "# What is not known",
        "",
        f"**{len(gaps)} questions have no published answer that we could find; each stands here with a test on a device that would tell.**",
        "",
        (
            "“Not found” is a statement about our search, not about iOS. The link behind each mark names the places and the day. If you know of a "
            "source, or have run one of these tests, [tell us](../contribute.md): it is the most useful thing you can send. "
            "[Testing it](../testing-it.md) says what to write down."
        ),
        "",
    ]
    for mechanism, group in claim_words.by_mechanism(gaps).items():
        lines += [f"## {MECHANISMS[mechanism]} {{: #{mechanism} }}", ""]
        for claim in group:
            lines += [
                f"- {claim.statement}{{claim:{claim.id}}}",
                "",
                f"    *What would tell:* {claim.change_our_mind}",
                "",
            ]
    return "\n".join(lines)
