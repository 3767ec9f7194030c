"""Typing errors and words written together in the search: which are guessed, which are not, and that a guess is worth less than a word that stands there."""

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


TOGETHER = {
    "one/": "A deep link of the card. The deep link opens it.",
    "two/": "Behind a deep link is a link.",
    "three/": "deeplink is what an attribute is called.",
    "four/": "A link is not deep.",
    "five/": "A callback comes. Call back.",
    "six/": "A callback.",
}


def test_a_word_that_the_pages_write_more_often_as_two_is_both() -> None:
    """One that they know better as it stands is only that, and two words that do not stand side by side are no such word."""
    given = {"pages": TOGETHER, "queries": ["deeplinks", "callback", "linkdeep"]}
    deep, call, turned = in_node("search/engine.ts", ASK, given)
    assert {"one/", "two/", "three/"} <= {*deep}
    assert {*call} == {"five/", "six/"}
    assert turned == []
