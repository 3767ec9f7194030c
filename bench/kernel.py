"""Kernel events per second: one queue with one server (M/M/1), in this package and, where it is installed, in SimPy.

    PYTHONPATH=src python bench/kernel.py [customers] [rounds]

Both programs are written the same way: a source puts customers into a store, a server takes them out one by one; each does
its waiting with the simulator's own timer. A customer is two timed events. The rounds of all programs alternate, so that a
slower minute of the machine hits all of them; the table shows the median and, for each round, the ratio to SimPy.
For SimPy: python -m pip install simpy (into an environment of its own; nothing here depends on it).
"""

import asyncio
import random
import sys
from collections import deque
from collections.abc import Callable
from statistics import median

from cpu import seconds

from afterswipe import Phone
from afterswipe.kernel.clock import Clock

try:
    import simpy
except ImportError:
    simpy = None

ARRIVES_EVERY = 1.0  # seconds of simulated time between two customers, on average
SERVED_IN = 0.8  # seconds, on average


def draws(customers: int) -> list[tuple[float, float]]:
    """The same random times for every program: until the next arrival, and of service."""
    rng = random.Random(1)
    return [(rng.expovariate(1 / ARRIVES_EVERY), rng.expovariate(1 / SERVED_IN)) for _ in range(customers)]


def with_coroutines(times: list[tuple[float, float]]) -> float:
    """Two asyncio tasks of an app on the phone: what a reader's code is."""
    left_at: list[float] = []

    async def main(app) -> None:
        store: asyncio.Queue[float] = asyncio.Queue()

        async def source() -> None:
            for gap, service in times:
                await asyncio.sleep(gap)
                store.put_nowait(service)

        async def server() -> None:
            for _ in times:
                await asyncio.sleep(await store.get())
                left_at.append(app.now)

        async with asyncio.TaskGroup() as group:
            group.create_task(source())
            group.create_task(server())

    phone = Phone()
    phone.open(main)
    phone.wait(seconds=10 * len(times))  # and a run lasts at most a year
    assert len(left_at) == len(times)
    return left_at[-1]


def with_callbacks(times: list[tuple[float, float]]) -> float:
    """The phone's clock alone: what the system's side of the model is written with."""
    clock = Clock()
    store: deque[float] = deque()
    arrivals = iter(times)
    busy = False
    left_at = 0

    def arrive(service: float) -> None:
        store.append(service)
        if not busy:
            serve()
        plan()

    def plan() -> None:
        if (following := next(arrivals, None)) is not None:
            gap, service = following
            clock.after(round(gap * 1000), lambda: arrive(service))

    def serve() -> None:
        nonlocal busy
        busy = True
        clock.after(round(store.popleft() * 1000), leave)

    def leave() -> None:
        nonlocal busy, left_at
        busy, left_at = False, clock.now
        if store:
            serve()

    plan()
    while (due := clock.next_due()) is not None:
        clock.advance(due)
    return left_at / 1000


def with_simpy(times: list[tuple[float, float]]) -> float:
    """Two SimPy processes and a SimPy store."""
    env = simpy.Environment()
    store = simpy.Store(env)
    left_at: list[float] = []

    def source():
        for gap, service in times:
            yield env.timeout(gap)
            store.put(service)

    def server():
        for _ in times:
            service = yield store.get()
            yield env.timeout(service)
            left_at.append(env.now)

    env.process(source())
    env.process(server())
    env.run()
    return left_at[-1]


def main(customers: int = 20_000, rounds: int = 7) -> dict[str, float]:
    """Run all programs in turn and print the table. Returns the median events per second of each."""
    programs: dict[str, Callable[[list[tuple[float, float]]], float]] = {
        "phone, coroutines": with_coroutines,
        "phone's clock, callbacks": with_callbacks,
    }
    if simpy is not None:
        programs["SimPy"] = with_simpy
    times = draws(customers)
    ends = {name: program(times) for name, program in programs.items()}
    spread = max(ends.values()) - min(ends.values())
    assert spread < 0.001 * customers, f"the programs do not simulate the same: {ends}"
    rates: dict[str, list[float]] = {name: [] for name in programs}
    for _ in range(rounds):
        for name, program in programs.items():
            begun = seconds()
            program(times)
            rates[name].append(2 * customers / (seconds() - begun))
    print(f"Python {sys.version.split()[0]} on {sys.platform}, {customers} customers, {rounds} rounds")
    for name, values in rates.items():
        ratio = ""
        if simpy is not None:
            ratio = (
                f"  {median(a / b for a, b in zip(values, rates['SimPy'], strict=True)):5.2f} times SimPy's"
            )
        print(f"{name:<26} {median(values):>10,.0f} events per second{ratio}")
    if simpy is None:
        print("SimPy is not installed here: python -m pip install simpy, in an environment of its own.")
    return {name: median(values) for name, values in rates.items()}


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
