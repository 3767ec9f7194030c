"""Typing errors in the search: which are guessed, which are not, and that a guess is worth less than a word that stands there."""

from tests.runner.in_node import in_node

#: For each query the pages that an engine of these pages finds, the best first.
ASK = """(() => {
    const pages = Object.entries(given.pages).map(([location, text]) => ({ location, title: location, text }));
    const engine = new module.Engine(pages);
    return given.queries.map((query) => engine.search(query).items.map((items) => items[0].location));
})()"""

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
    found = in_node("search/engine.ts", ASK, {"pages": PAGES, "queries": list(FOUND)})
    assert dict(zip(FOUND, found, strict=True)) == FOUND
