"""Every snippet once in each engine that readers have: Safari's, Firefox and Chromium.

One page with all of them and one interpreter, which none of them may harm. Neither WebKit nor Firefox ESR can wait
inside a call (stack switching), so that this also tries what stands in for it; Chromium starts from the image.
"""

import re
from pathlib import Path

import pytest

from guide.pages import moments

from .conftest import REPOSITORY
from .engines import Engine, opening
from .programs import PROGRAMS
from .serving import StaticServer
from .snippet_page import Source, render
from .test_site import SITE

SNIPPETS = sorted((REPOSITORY / "snippets").glob("*.py"))

RUN = """async (file) => {
    await customElements.whenDefined("run-snippet");
    const root = document.querySelector(`run-snippet[source="${file}"]`);
    root.querySelector(".snippet-button--run").click();
    await new Promise((ended) => {
        const look = () => root.hasAttribute("busy") || ended();
        new MutationObserver(look).observe(root, { attributes: true });
        look();
    });
    const output = [...root.querySelector(".snippet-parts").children].map((part) => part.matches(".snippet-picture")
        ? `[picture: ${part.querySelector("title")?.textContent ?? ""}]\\n`
        : part.matches(".snippet-sound") ? `[sound: ${part.textContent}]\\n`
        : part.textContent).join("");
    return [root.querySelector("[role=status]").textContent, root.querySelector(".snippet-label").textContent, output];
}"""


@pytest.mark.filterwarnings("ignore:setting remote_server_addr:DeprecationWarning")  # Selenium's own
@pytest.mark.parametrize("name", ["webkit", "firefox", "chromium"])
def test_every_snippet_gives_its_tested_output(
    name: str, with_feed: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    sources = {file.name: Source(file.read_text(encoding="utf-8")) for file in SNIPPETS}
    wrong = {}
    with StaticServer(with_feed) as server, opening(name, tmp_path, request) as engine:
        server.pages["/all.html"] = render(sources | PAGE, with_feed / "_run")
        engine.open(f"{server.origin}/all.html")
        for file in SNIPPETS:
            status, label, output = engine.call(RUN, file.name)
            right = file.with_suffix(".out").read_text(encoding="utf-8")
            if not status.startswith("Finished") or label != "Output of this run" or output != right:
                wrong[file.name] = (status, label, output)
        assert len(server.asked(".wasm")) == 1, "one interpreter ran them all, and nothing was fetched twice"
        wrong |= programs(engine, name)
    assert not wrong


MOMENTS = """async () => {
    const figure = document.querySelector("figure.moments"), slider = figure.querySelector("input");
    const words = figure.querySelector(".moments-words");
    slider.value = "0";
    slider.dispatchEvent(new Event("input", { bubbles: true }));
    await new Promise((shown) => new MutationObserver(shown).observe(words, { childList: true }));
    return [words.textContent, figure.querySelector("desc").textContent, figure.querySelectorAll(".snippet-picture > svg").length];
}"""


@pytest.mark.filterwarnings("ignore:setting remote_server_addr:DeprecationWarning")  # Selenium's own
@pytest.mark.parametrize("name", ["webkit", "firefox"])
def test_a_picture_shows_another_moment(name: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    first = moments.of("story_upload_moments")[0]
    with StaticServer(SITE) as server, opening(name, tmp_path, request) as engine:
        engine.open(f"{server.origin}/")
        words, described, pictures = engine.call(MOMENTS)
    assert (words, described.splitlines()[-1], pictures) == (first.words, first.said, 1)


PAGE = {f"{number}.py": Source(program.code) for number, program in enumerate(PROGRAMS.values())}
PAGE["good.py"] = Source("print('good')\n")


def programs(engine: Engine, where: str) -> dict[str, object]:
    """Each of the programs, and after each another, which none of them may harm: what went wrong."""
    wrong: dict[str, object] = {}
    for file, (name, program) in zip(PAGE, PROGRAMS.items(), strict=False):
        if program.only not in ("", where):
            continue
        status, _, output = engine.call(RUN, file)
        shows = ".*".join(map(re.escape, program.shows.split("…")))
        after = engine.call(RUN, "good.py")
        ended = status.startswith(program.status) and re.fullmatch(shows, output, re.DOTALL)
        if not ended or not after[0].startswith("Finished") or after[2] != "good\n":
            wrong[name] = (status, output[-500:], after)
    return wrong
