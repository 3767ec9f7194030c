"""What no test here may do: wait for a wall clock, or count on how fast the machine is."""

import re
from pathlib import Path

import pytest

#: What makes a test fail on a busy machine, and what to write instead.
FORBIDDEN = {
    r"\.clock\.(install|pause_at|resume|set_system_time)\b": "hold_the_clock(page)",
    r"\.clock\.fast_forward\b": "clock.run_for, which leaves no timer out",
    r"\bwait_for_timeout\(": "an expectation of what is waited for",
    r"(?m)^\s*(import time\b|from time import)": "an expectation, or a clock that is held",
    r"performance\.now\(": "a count of what was done",
}
WATCHING = Path(__file__).parent / "watching.py"


@pytest.mark.parametrize("file", sorted(Path(__file__).parent.glob("*.py")), ids=lambda file: file.stem)
def test_nothing_waits_for_a_wall_clock(file: Path) -> None:
    if file in (WATCHING, Path(__file__)):
        return
    # What a snippet does in its program is the program's business.
    text = re.sub(r'"""(.|\n)*?"""', "", file.read_text(encoding="utf-8"))
    found = {
        re.search(pattern, text)[0]: better
        for pattern, better in FORBIDDEN.items()
        if re.search(pattern, text)
    }
    assert not found
