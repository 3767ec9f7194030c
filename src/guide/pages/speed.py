"""The page of what the page costs: the last table that `python -m bench.page --save` wrote, with what was not met."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

TABLE = Path(__file__).with_name("speed.json")

type Row = Mapping[str, Any]


def page() -> str:
    """The page as Markdown."""
    return written(json.loads(TABLE.read_text(encoding="utf-8")))


def written(table: Mapping[str, Any]) -> str:
    """A table as a page. What was not measured has no row."""
    rows = [row for row in table["rows"] if "words" in row]
    read = [row for row in table["rows"] if "page" in row]
    missed = sum(map(_is_missed, rows + read))
    peers = f" The peers: {table['peers']}." if "peers" in table else ""
    lines = [
        "# How fast the page is",
        "",
        f"What a click on Run costs, beside a bare start of the same Pyodide. {_verdict(len(rows + read), missed)}",
        "",
        "A ratio of 0.25 means a quarter of the bare start's time. The click comes two seconds after the page has loaded, with nothing warmed.",
        f"Measured on {table['when']}, on one machine: {table['versions']}, Chromium, {table['machine']}, {table['rounds']} rounds in turn.{peers}",
        "",
        "| What | Median (least to most) | Ratio | Must | Aim | Met |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for row in rows:
        spread = f"{row['median']:g} ({row['min']:g} to {row['max']:g})"
        met = "" if "must" not in row else "**no**" if _is_missed(row) else "yes"
        cells = (row["words"], spread, row.get("ratio", ""), row.get("must", ""), row.get("aim", ""), met)
        lines.append("| " + " | ".join(map(str, cells)) + " |")
    if read:
        lines += ["", *_lighthouse(read)]
    lines += [
        "",
        "What memory gains from the fifth run to the thirtieth is mostly what the browser has not collected yet (`bench/README.md`).",
        "",
        "Times are milliseconds. How it is measured, and what each step brought, is in `bench/README.md` of the repository.",
        "",
    ]
    return "\n".join(lines)


def _lighthouse(rows: list[Row]) -> Iterator[str]:
    """A line for each page that is read, a column for each figure."""
    columns = {row["column"]: row for row in rows}
    heads = [f"{name} ({row['must']:g})" if "must" in row else name for name, row in columns.items()]
    yield f"Lighthouse, its mobile preset, on pages that are read: medians of {rows[0]['n']} runs. In brackets is what must be reached; a figure in bold misses it."
    yield ""
    yield f"| Page | {' | '.join(heads)} |"
    yield "| --- " * (len(heads) + 1) + "|"
    found = {(row["page"], row["column"]): row for row in rows}
    for path in dict.fromkeys(row["page"] for row in rows):
        cells = [_cell(found[path, name]) if (path, name) in found else "" for name in columns]
        yield f"| `{path}` | {' | '.join(cells)} |"


def _cell(row: Row) -> str:
    return f"**{row['median']:g}**" if _is_missed(row) else f"{row['median']:g}"


def _is_missed(row: Row) -> bool:
    if "must" not in row:
        return False
    figure = row.get("ratio", row["median"])
    return bool(figure < row["must"] if row.get("at_least") else figure > row["must"])


def _verdict(count: int, missed: int) -> str:
    if missed < 2:
        return f"Of {count} figures {missed or 'none'} misses what it must reach."
    return f"Of {count} figures {missed} miss what they must reach."
