"""Each entry of "What you see" and of the pages below it says who writes it, whether it is harmless, what to do, and has a run or says why not."""

import re

import pytest

from guide.site import ROOT

NAMES = ("what-you-see", "what-you-see/card", "what-you-see/work", "what-you-see/work/callbacks")
PAGES = {name: (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8") for name in NAMES}
PAGE = "\n".join(PAGES.values())
ENTRIES = dict(
    re.findall(r"^### [^\n]*\{ #([\w-]+) \}\n(.*?)(?=^#{2,3} |\Z)", PAGE, re.MULTILINE | re.DOTALL)
)


def missing(entry: str) -> list[str]:
    """The parts that an entry does not have."""
    parts = {
        "who": r"^\*(?:Written|Shown|Seen) by\*",
        "harmless": r"^\*\*Harmless\?\*\*",
        "remedy": r"^\*\*Do this",
        "run": r"^/// snippet|\*See it happen:\*|^\*No run:\*",
        "source": r"\{claim:",
    }
    return [name for name, pattern in parts.items() if not re.search(pattern, entry, re.MULTILINE)]


@pytest.mark.parametrize("key", ENTRIES)
def test_an_entry_is_complete(key):
    assert missing(ENTRIES[key]) == []


def test_there_are_many_and_an_incomplete_one_is_seen():
    assert len(ENTRIES) == PAGE.count("\n### ") > 35
    assert missing("*Written by* Metal. It is so.") == ["harmless", "remedy", "run", "source"]


def test_the_first_page_leads_to_all_others_and_each_place_stands_once():
    assert [name for name in NAMES[1:] if f"]({name}.md)" not in PAGES["what-you-see"]] == []
    assert len(ENTRIES) == len(re.findall(r"^### [^\n]*\{ #([\w-]+) \}$", PAGE, re.MULTILINE))


def test_addresses_that_were_given_out_stay():
    given_out = """minus-1005 minus-999 minus-997 error-1 error-2 error-3 error-4 register c-8badf00d c-2182bad2 c-dead10cc c-bada5e47
    cpu-resource-fatal visibility apns-410 apns-200 priority-5 stands-still comes-back card-without-app bar-jumps story-not-finished
    access-revoked file-gone status-401 stream-stops no-expiration will-terminate photos-stuck twenty-arrive pair-expires"""
    assert set(given_out.split()) <= set(ENTRIES)


def test_every_run_with_a_code_in_its_entry_prints_it():
    """Where an entry is named after a code that the model knows, the run below it shows that code."""
    for key, code in {"minus-1005": "-1005", "error-3": "notPermitted", "error-4": "immediateRunIneligible", "c-8badf00d": "0x8badf00d",
                      "c-2182bad2": "0x2182bad2", "c-dead10cc": "0xdead10cc", "visibility": "visibility"}.items():  # fmt: skip
        (name,) = re.findall(r"^/// snippet \| (\w+)$", ENTRIES[key], re.MULTILINE)
        assert code in (ROOT / "snippets" / f"{name}.out").read_text(encoding="utf-8"), key
