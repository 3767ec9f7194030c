"""How the tests are shared out between two processes (`make test` runs two)."""

from pathlib import Path

import pytest

TESTS = Path(__file__).parent
ABOUT_THE_SITE = {"browser", "guide", "runner"}
"""These build the site, and share the folders that it is built in: one process runs them all."""


@pytest.hookimpl(tryfirst=True)  # before xdist reads the marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the tests about the site stay together, and all others with those of their file."""
    for item in items:
        path = item.path.relative_to(TESTS)
        group = "site" if path.parts[0] in ABOUT_THE_SITE else path.as_posix()
        item.add_marker(pytest.mark.xdist_group(group))
