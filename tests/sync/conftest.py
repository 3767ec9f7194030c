"""What all tests of the sync share."""

from collections.abc import Iterator

import certifi
import pytest


@pytest.fixture(autouse=True, scope="session")
def one_authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """One certificate in place of some hundred: each client of `httpx` reads them all, and none of these tests is answered by a stranger."""
    end = "-----END CERTIFICATE-----\n"
    place = tmp_path_factory.mktemp("certificates") / "one.pem"
    place.write_text(certifi.contents().partition(end)[0] + end)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", str(place))
        yield
