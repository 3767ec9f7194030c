"""The clock of the benchmarks: processor time, so that other work on the machine does not count."""

import sys
from time import process_time


def seconds() -> float:
    """Seconds of processor time that this process has used. Under Pyodide they are Node's, its compiler threads included."""
    if sys.platform != "emscripten":
        return process_time()
    from js import process  # Node's own, reached through Pyodide

    used = process.cpuUsage()
    return (used.user + used.system) / 1e6
