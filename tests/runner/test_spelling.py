"""Typing errors in the search: which are guessed, which are not, and that a guess is worth less than a word that stands there."""

import json
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

#: Prints for each query the pages that an engine of these pages finds, the best first.
SCRIPT = """
import { build } from "esbuild";
import { readFileSync } from "node:fs";
const made = await build({ entryPoints: ["src/runner/search/engine.ts"], bundle: true, write: false, format: "esm" });
const { Engine } = await import("data:text/javascript," + encodeURIComponent(made.outputFiles[0].text));
const { pages, queries } = JSON.parse(readFileSync(0, "utf8"));
const engine = new Engine(Object.entries(pages).map(([location, text]) => ({ location, title: location, text })));
console.log(JSON.stringify(queries.map((query) => engine.search(query).items.map((items) => items[0].location))));
"""

PAGES = {
    "one/": "To receive a notification.",
    "two/": "The widget shows a card. Its card is a card, and no other card.",
    "three/": "The simulator has a port.",
}

FOUND = {
    "recieve": ["one/"],  # two letters that changed places
    "erceive": ["one/"],  # the first two
    "notifcatoin": ["one/"],  # two errors in a long word
    "wigdets": ["two/"],  # of more than one
    "simulater": ["three/"],
    "crad": ["two/"],  # four letters, of a word that stands often
    "prot": [],  # of one that does not
    "rwcwive": [],  # two errors in a short word
    "bidget": [],  # the first letter is taken to be right
    "PorT": ["three/"],
    "simulatur receive": ["one/", "three/"],  # guessed words come after those that stand there
    "recieve simulator": ["three/", "one/"],
}


def test_a_misspelt_word_finds_the_nearest_that_is_known_and_is_worth_less() -> None:
    """One letter may differ, in a long word two, and none in a short word that is rare."""
    made = subprocess.run(
        ["node", "--input-type=module", "--eval", SCRIPT],
        input=json.dumps({"pages": PAGES, "queries": list(FOUND)}),
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    assert dict(zip(FOUND, json.loads(made.stdout), strict=True)) == FOUND
