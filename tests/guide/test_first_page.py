"""What the first page says about the guide itself is counted."""

from pathlib import Path

from afterswipe import claims

INDEX = (Path(__file__).resolve().parents[2] / "docs/index.md").read_text(encoding="utf-8")


def test_the_number_of_claims_that_are_measured_is_right():
    every = claims.every()
    assert "Six of its claims, of nearly five hundred, are measured" in INDEX
    assert sum(claim.evidence == "measured" for claim in every) == 6
    assert 450 < len(every) < 500
