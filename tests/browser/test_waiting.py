"""A browser without stack switching, as Safari and Firefox ESR are: what waits is awaited, or says where to put it.

Which calls are awaited is tested in tests/runner; here the worker really cannot wait inside a call.
"""

from playwright.sync_api import expect

from .snippet_page import Snippet, Source
from .watching import Opener, in_workers

#: Takes stack switching away from the workers of a page.
WITHOUT = in_workers("delete WebAssembly.Suspending; delete WebAssembly.promising")

MAIN = """
import asyncio, js
assert not hasattr(js.WebAssembly, "Suspending")
async def main(number):
    await asyncio.sleep(0.01)
    return number
"""

PROGRAMS = {
    "at the top level": ("print(asyncio.run(main(1)))\nprint(asyncio.run(main(2)))\n", "1\n2\n"),
    "in with, for, if and try": (
        """
import tempfile
with tempfile.TemporaryDirectory() as d:
    for n in range(2):
        if n:
            try:
                print(asyncio.run(main(n)))
            finally:
                print("end")
""",
        "1\nend\n",
    ),
    "a Runner": (
        "with asyncio.Runner() as runner:\n    print(runner.run(main(1)), runner.run(main(2)))\n",
        "1 2\n",
    ),
    "a loop": ("print(asyncio.new_event_loop().run_until_complete(main(1)))\n", "1\n"),
}


def test_what_waits_is_awaited(opener: Opener) -> None:
    """One after the other in one interpreter, as on a page."""
    sources = {f"{number}.py": Source(MAIN + code) for number, (code, _) in enumerate(PROGRAMS.values())}
    page = opener.page(sources, script=WITHOUT)
    for file, (name, (_, output)) in zip(sources, PROGRAMS.items(), strict=True):
        snippet = Snippet(page, file)
        snippet.run()
        expect(snippet.status).to_contain_text("Finished")
        assert snippet.result() == output, name


INSIDE = [
    ("def go():\n    asyncio.run(main(1))\ngo()\n", 8),
    ("def go():\n    with asyncio.Runner() as runner:\n        runner.run(main(1))\ngo()\n", 9),
    ("import sys\nasync def leave():\n    sys.exit(3)\nasyncio.run(leave())\n", 0),
]


def test_inside_a_function_it_says_where_to_put_it(opener: Opener) -> None:
    bad = {f"{number}.py": Source(MAIN + code) for number, (code, _) in enumerate(INSIDE)}
    page = opener.page({**bad, "good.py": Source("print('good')\n")}, script=WITHOUT)
    good = Snippet(page, "good.py")
    for file, (_, line) in zip(bad, INSIDE, strict=True):
        example = Snippet(page, file)
        example.run()
        expect(example.status).to_have_text(f"Error in line {line}" if line else "Ended with exit status 3")
        if line:
            expect(example.error).to_contain_text("put the call at the top level of the program")
        good.run()
        expect(good.status).to_contain_text("Finished")
