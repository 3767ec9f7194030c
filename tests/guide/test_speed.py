"""The page of what the page costs: it shows what was measured, and counts what was not met, whichever way a figure has to go."""

from guide.pages import speed

TABLE = {"when": "today", "versions": "Pyodide", "machine": "2 cores", "rounds": 1}


def row(median, **more):
    return {"what": "a", "median": median, "min": median, "max": median, "n": 5, **more}


def lighthouse(page, column, median, **more):
    return row(median, page=page, column=column, **more)


def test_the_last_table_is_shown():
    assert "| What | Median" in speed.page()


def test_a_table_without_lighthouse_and_peers_has_none_of_their_rows():
    page = speed.written({**TABLE, "rows": [row(900, words="a start", ratio=0.3, must=0.25), row(1)]})
    assert "Of 1 figures 1 misses" in page
    assert "| a start | 900 (900 to 900) | 0.3 | 0.25 |  | **no** |" in page
    assert "Lighthouse" not in page
    assert "peers" not in page


def test_lighthouse_has_a_line_for_each_page_with_what_is_too_low_and_too_high_in_bold():
    high = {"must": 98, "at_least": True}
    rows = [
        lighthouse("/", "performance", 97, **high),
        lighthouse("/", "LCP, s", 1.4, must=1.5),
        lighthouse("/", "TBT, ms", 900),
        lighthouse("/a/", "performance", 98, **high),
        lighthouse("/a/", "LCP, s", 1.6, must=1.5),
    ]
    page = speed.written({**TABLE, "peers": "one 1.0", "rows": rows})
    assert "Of 5 figures 2 miss" in page
    assert "The peers: one 1.0." in page
    assert "| Page | performance (98) | LCP, s (1.5) | TBT, ms |\n| --- | --- | --- | --- |\n" in page
    assert "| `/` | **97** | 1.4 | 900 |\n| `/a/` | 98 | **1.6** |  |\n" in page
