"""The page of what the page costs: the last table that `python -m bench.page --save` wrote, with what was not met."""

import json
from pathlib import Path

TABLE = Path(__file__).with_name("speed.json")


def page() -> str:
    """The page as Markdown."""
    table = json.loads(TABLE.read_text(encoding="utf-8"))
    rows = [row for row in table["rows"] if "words" in row]
    missed = [row for row in rows if "must" in row and _figure(row) > row["must"]]
    lines = [
        "# How fast the page is",
        "",
        f"What a click on Run costs, beside a bare start of the same Pyodide. {_verdict(len(rows), len(missed))}",
        "",
        "A ratio of 0.25 means a quarter of the bare start's time. The click comes two seconds after the page has loaded, with nothing warmed.",
        f"Measured on {table['when']}, on one machine: {table['versions']}, Chromium, {table['machine']}, {table['rounds']} rounds in turn.",
        "",
        "| What | Median (least to most) | Ratio | Must | Aim | Met |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for row in rows:
        spread = f"{row['median']:g} ({row['min']:g} to {row['max']:g})"
        met = "" if "must" not in row else "**no**" if row in missed else "yes"
        cells = (row["words"], spread, row.get("ratio", ""), row.get("must", ""), row.get("aim", ""), met)
        lines.append("| " + " | ".join(map(str, cells)) + " |")
    lines += [
        "",
        "Times are milliseconds. How it is measured, and what each step brought, is in `bench/README.md` of the repository.",
        "",
    ]
    return "\n".join(lines)


def _figure(row: dict[str, float]) -> float:
    return row.get("ratio", row["median"])


def _verdict(count: int, missed: int) -> str:
    if missed < 2:
        return f"Of {count} figures {missed or 'none'} misses what it must reach."
    return f"Of {count} figures {missed} miss what they must reach."
