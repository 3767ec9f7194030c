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
        "What a click on Run costs, beside a bare start of the same Pyodide in the same run.",
        f"Measured on {table['when']}: {table['versions']}, Chromium, {table['machine']}, {table['rounds']} rounds in turn, on one machine.",
        "A ratio of 0.25 means a quarter of the bare start's time. The click comes two seconds after the page has loaded, with nothing warmed.",
        "",
        _verdict(len(rows), missed),
        "",
        "| what | median (least to most) | ratio | must | aim | met |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for row in rows:
        spread = f"{row['median']:g} ({row['min']:g} to {row['max']:g})"
        met = "" if "must" not in row else "no" if row in missed else "yes"
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


def _verdict(count: int, missed: list[dict[str, str]]) -> str:
    if not missed:
        return f"Of {count} figures none misses what it must reach."
    return (
        f"Of {count} figures {len(missed)} miss what they must reach: "
        + "; ".join(row["words"] for row in missed)
        + "."
    )
