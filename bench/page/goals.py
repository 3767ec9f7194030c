"""What the site's page shows of the figures, in words, and what is to be reached: `must` and `aim`, as a ratio to the bare start where there is one."""

type Goal = dict[str, str | float]


def _goal(words: str, must: float | None = None, aim: float | None = None) -> Goal:
    goal: Goal = {"words": words}
    if must is not None:
        goal["must"] = must
    if aim is not None:
        goal["aim"] = aim
    return goal


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
    "until the first output, br, MB": _goal("sent until the first output, brotli, MB", 6.2, 5.5),
    "until the first output, gzip, MB": _goal("the same, gzip, MB", 8.2),
    "with what follows, br, MB": _goal("with all that follows behind it, brotli, MB", 8.8),
    "fetched twice, br, MB": _goal("fetched again on the next page, MB", 0),
}
