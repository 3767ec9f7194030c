"""What all tests of the sync share."""

from collections.abc import Iterator
from pathlib import Path

import certifi
import pytest

from .rig import Rig, small_truth


@pytest.fixture(autouse=True, scope="session")
def one_authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """One certificate in place of some hundred: each client of `httpx` reads them all, and none of these tests is answered by a stranger."""
    end = "-----END CERTIFICATE-----\n"
    place = tmp_path_factory.mktemp("certificates") / "one.pem"
    place.write_text(certifi.contents().partition(end)[0] + end)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", str(place))
        yield


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    """Three sounds on a feed that says what its files are."""
    return Rig(tmp_path / "here", small_truth(3, 500))


@pytest.fixture
def plain(tmp_path: Path) -> Rig:
    """Three sounds on a feed that says nothing of its files."""
    return Rig(tmp_path / "here", small_truth(3, 500), extended=False)
