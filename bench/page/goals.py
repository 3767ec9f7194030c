"""What is to be reached, by the name of the figure: `must` and `aim`, as a ratio to the bare start where the figure has one."""


def _goal(must: float, aim: float | None = None) -> dict[str, float]:
    return {"must": must} if aim is None else {"must": must, "aim": aim}


GOALS: dict[str, dict[str, float]] = {
    "imports, cold: wall": _goal(0.25, 0.22),
    "imports, cold: worker": _goal(0.13, 0.12),
    "imports, warm: wall": _goal(0.24, 0.18),
    "imports, warm: worker": _goal(0.13, 0.12),
    "story, cold: wall": _goal(0.28, 0.25),
    "story, warm: wall": _goal(0.28, 0.20),
    "plain-imports, cold: worker": _goal(0.45, 0.36),
    "plain-imports, warm: worker": _goal(0.38, 0.30),
    "after half a second's rest, cold: wall": _goal(0.10, 0.08),
    "next page, instant: wall": _goal(0.05, 0.02),
    "next page, full load: wall": _goal(0.24, 0.12),
    "Stop to the next output: wall": _goal(0.20, 0.15),
    "second run, imports": _goal(20),
    "second run, story": _goal(50),
    "until the first output, br, MB": _goal(6.2, 5.5),
    "until the first output, gzip, MB": _goal(8.2),
    "with what follows, br, MB": _goal(8.8),
    "fetched twice, br, MB": _goal(0),
    "main thread, cold": _goal(100),
    "longest task, cold": _goal(50),
}
