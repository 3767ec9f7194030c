"""What has to be new at each start when Python's memory is one that was made when the site was built."""

import os
import random
import sys
import tempfile
import time


def renew(language: str) -> None:
    """Make this start unlike every other: randomness, names of temporary files, the time zone, the reader's language."""
    random.seed()
    tempfile._name_sequence = None  # type: ignore[attr-defined]  # the names come from a generator of its own
    if hasattr(time, "tzset"):
        time.tzset()
    os.environ["LANG"] = language
    sys.path[:] = dict.fromkeys(sys.path)  # Pyodide puts "" before all at each start
