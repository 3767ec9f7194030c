"""What the site's page shows of the figures, in words, and what is to be reached: `must` and `aim`, as a ratio to the bare start where there is one.

Where a figure has to be that high, and not that low, `at_least` says so. A figure of Lighthouse has its page and its column instead of words.
"""

type Goal = dict[str, str | float]


def goal(name: str) -> Goal:
    """What is known of a figure besides its values."""
    if not name.startswith("Lighthouse, "):
        return GOALS.get(name, {})
    page, column = name.removeprefix("Lighthouse, ").split(": ")
    return {"page": page, "column": column, **LIGHTHOUSE.get(column, {})}


def _goal(words: str, must: float | None = None, aim: float | None = None) -> Goal:
    goal: Goal = {"words": words}
    if must is not None:
        goal["must"] = must
    if aim is not None:
        goal["aim"] = aim
    return goal


def _opened(name: str, words: str) -> dict[str, Goal]:
    return {
        f"opened {name}, cold: wall": _goal(f"the same, {words}, first visit"),
        f"opened {name}, warm: wall": _goal("from opening that page to its output, later visit"),
        f"opened {name}, cold: main thread": _goal(
            "processor time of that page's main thread until then, first visit, ms"
        ),
        f"opened {name}, cold: longest task": _goal("that page's longest task until then, ms"),
    }


GOALS: dict[str, Goal] = {
    "bare, cold: wall": _goal("a bare `loadPyodide()` that prints 1, first visit"),
    "bare, warm: wall": _goal("the same, later visit"),
    "imports, cold: wall": _goal(
        "Run to the first output, with `afterswipe` and `httpx`, first visit", 0.25, 0.22
    ),
    "imports, cold: worker": _goal("the same, processor time of the worker", 0.13, 0.12),
    "imports, warm: wall": _goal("the same program, later visit", 0.24, 0.18),
    "imports, warm: worker": _goal("the same, processor time of the worker", 0.13, 0.12),
    "story, cold: wall": _goal("the story upload, first visit", 0.28, 0.25),
    "story, warm: wall": _goal("the story upload, later visit", 0.28, 0.20),
    "plain-imports, cold: worker": _goal(
        "without the image, first visit, processor time of the worker", 0.45, 0.36
    ),
    "plain-imports, warm: worker": _goal("without the image, later visit, the same", 0.38, 0.30),
    "after half a second's rest, cold: wall": _goal(
        "the pointer rested on the code for half a second", 0.10, 0.08
    ),
    "next page, instant: wall": _goal("Run on the next page of the site", 0.05, 0.02),
    "next page, full load: wall": _goal("Run on a page that was opened anew", 0.24, 0.12),
    "Stop to the next output: wall": _goal(
        "an endless loop is stopped, and the next program prints", 0.20, 0.15
    ),
    "second run, imports": _goal("second run of a small program, ms", 20),
    "second run, story": _goal("second run of the story upload, ms", 50),
    "main thread, cold": _goal("processor time of the page's main thread from Run to the output, ms", 100),
    "longest task, cold": _goal("longest task of the page until then, ms", 50),
    "1,000 uploads, app, s": _goal("1,000 seeded uploads with a background task assertion, s", 2),
    "1,000 uploads, system, s": _goal("1,000 seeded uploads in the system's hands, s", 2),
    "memory after 5 runs": _goal("memory of the page after 5 runs, MB"),
    "memory after 30 runs": _goal("the same after 30 runs, MB"),
    "memory after 30 runs, collected": _goal("the same when the browser has collected what nobody uses, MB"),
    "until the first output, br, MB": _goal("sent until the first output, brotli, MB", 6.2, 5.5),
    "until the first output, gzip, MB": _goal("the same, gzip, MB", 8.2),
    "with what follows, br, MB": _goal("with all that follows behind it, brotli, MB", 8.8),
    "fetched twice, br, MB": _goal("fetched again on the next page, MB", 0),
    "opened bare, cold: wall": _goal(
        "from opening a page to its output, pressed at once: a bare `loadPyodide()` that prints 1, first visit"
    ),
    "opened bare, warm: wall": _goal("the same, later visit"),
    **_opened("imports", "a page of this site's, with `afterswipe` and `httpx`"),
    "opened peers' bare, cold: wall": _goal(
        "the same for the Pyodide of the two below: a bare `loadPyodide()` that prints 1, first visit"
    ),
    "opened peers' bare, warm: wall": _goal("the same, later visit"),
    **_opened("markdown-exec", "a page of markdown-exec's that prints 1"),
    **_opened("sphinx-pyodide", "a page of sphinx-pyodide's that prints 1"),
    "unchanged build, s": _goal("a build of the site where nothing has changed, s", 10),
    "one saved page, s": _goal("one saved page under `make serve`, s", 2),
}

LIGHTHOUSE: dict[str, Goal] = {
    "performance": {"must": 98, "aim": 100, "at_least": True},
    "accessibility": {"must": 100, "at_least": True},
    "best-practices": {"must": 100, "at_least": True},
    "seo": {"must": 100, "at_least": True},
    "LCP, s": {"must": 1.5},
    "CLS": {"must": 0},
}
