"""The event loop that only the phone can turn: asyncio's promises inside a turn, nothing outside of one."""

import asyncio

import httpx
import pytest

from afterswipe import NeverYieldsError
from afterswipe.kernel.clock import Clock
from afterswipe.kernel.loop import ProcessLoop


def run(main, until: int = 10_000) -> None:
    """Turn a loop by hand until a time in milliseconds."""
    clock = Clock()
    loop = ProcessLoop(clock)
    loop.start(main())
    loop.turn()
    while (due := loop.next_due()) is not None and due <= until:
        clock.advance(due)
        loop.turn()


def test_sleep_takes_virtual_time_only():
    seen = []

    async def main():
        for _ in range(3):
            await asyncio.sleep(1.5)
            seen.append(asyncio.get_running_loop().time())

    run(main)
    assert seen == [1.5, 3.0, 4.5]


def test_nothing_runs_until_it_is_turned():
    seen = []
    loop = ProcessLoop(Clock())

    async def main():
        seen.append("ran")

    loop.start(main())
    assert seen == []
    loop.turn()
    assert seen == ["ran"]


def test_task_groups_queues_events_and_timeouts_work():
    seen = []

    async def main():
        queue: asyncio.Queue[int] = asyncio.Queue()
        async with asyncio.TaskGroup() as group:
            group.create_task(queue.put(1))
            group.create_task(queue.put(2))
        seen.extend([await queue.get(), await queue.get()])
        try:
            async with asyncio.timeout(2):
                await asyncio.Event().wait()
        except TimeoutError:
            seen.append(asyncio.get_running_loop().time())

    run(main)
    assert seen == [1, 2, 2.0]


def test_an_unmodified_httpx_client_works():
    seen = []

    async def main():
        transport = httpx.MockTransport(lambda request: httpx.Response(200, json={"path": request.url.path}))
        async with httpx.AsyncClient(transport=transport) as client:
            seen.append((await client.get("https://host.example/a")).json())

    run(main)
    assert seen == [{"path": "/a"}]


def test_an_exception_of_the_main_task_leaves_the_turn():
    async def main():
        await asyncio.sleep(1)
        raise ValueError("from the app")

    with pytest.raises(ValueError, match="from the app"):
        run(main)


def test_an_exception_in_a_callback_leaves_the_turn():
    def broken():
        raise ValueError("in a callback")

    async def main():
        asyncio.get_running_loop().call_later(1, broken)
        await asyncio.sleep(5)

    with pytest.raises(ValueError, match="in a callback"):
        run(main)


def test_code_that_never_waits_is_found():
    async def main():
        while True:
            await asyncio.sleep(0)

    with pytest.raises(NeverYieldsError, match="await"):
        run(main)


def test_it_works_inside_a_loop_that_runs_already():
    seen = []

    async def inner():
        await asyncio.sleep(1)
        seen.append("inner")

    async def outer():
        mine, task = asyncio.get_running_loop(), asyncio.current_task()
        run(inner)
        assert asyncio.get_running_loop() is mine
        assert asyncio.current_task() is task
        await asyncio.sleep(0)

    asyncio.run(outer())
    assert seen == ["inner"]


def test_a_finally_block_of_a_process_that_is_gone_does_not_run(recwarn):
    seen = []

    async def main():
        try:
            await asyncio.sleep(100)
        finally:
            seen.append("ran after the end")

    run(main, until=1)
    import gc

    gc.collect()
    assert seen == []
    assert not recwarn.list


def test_timers_of_one_moment_run_in_the_order_of_their_making():
    seen = []

    async def main():
        loop = asyncio.get_running_loop()
        for number in range(5):
            loop.call_at(1.0, seen.append, number)
        loop.call_at(1.0, seen.append, "cancelled").cancel()
        await asyncio.sleep(2)

    run(main)
    assert seen == [0, 1, 2, 3, 4]


def test_a_blocked_loop_runs_nothing_and_then_goes_on():
    seen = []

    async def main():
        loop = asyncio.get_running_loop()
        loop.call_soon(seen.append, "after the block")
        loop.blocked_until = 2_000
        await asyncio.sleep(0.5)
        seen.append(loop.time())

    run(main)
    assert seen == ["after the block", 2.0]


def test_with_an_end_it_goes_on_until_something_else_is_due():
    clock = Clock()
    loop = ProcessLoop(clock)
    seen = []

    async def main():
        while True:
            await asyncio.sleep(1)
            seen.append(loop.time())

    loop.start(main())
    clock.at(3_000, lambda: seen.append("the system's turn"))
    loop.turn(10_000)
    assert seen == [1.0, 2.0]
    assert clock.now == 2_000


def test_a_halted_loop_does_not_go_on_by_itself():
    clock = Clock()
    loop = ProcessLoop(clock)
    seen = []

    async def main():
        await asyncio.sleep(1)
        seen.append(loop.time())
        loop.halted = True
        await asyncio.sleep(1)
        seen.append(loop.time())

    loop.start(main())
    loop.turn(10_000)
    assert seen == [1.0]


def test_a_cancelled_timer_can_be_shown():
    loop = ProcessLoop(Clock())
    handle = loop.call_later(1, print, "never")
    handle.cancel()
    assert handle.cancelled()
    assert handle.when() == 1.0
    assert "print" in repr(handle)
