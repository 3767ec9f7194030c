"""What the first page says in numbers about the guide itself is counted."""

from pathlib import Path

from afterswipe import claims

INDEX = (Path(__file__).resolve().parents[2] / "docs/index.md").read_text(encoding="utf-8")


def test_the_number_of_claims_and_of_those_measured_is_right():
    every = claims.every()
    measured = sum(claim.evidence == "measured" for claim in every)
    assert f"Of its {len(every)} claims {measured} are measured" in INDEX
