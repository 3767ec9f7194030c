"""Run, Stop, Reset and Edit in any order over two snippets of a page: never stuck, and no output but the own."""

import os
import random
from pathlib import Path

import pytest

from .engines import opening
from .serving import StaticServer
from .snippet_page import Source, render

#: Two that end by themselves, in a moment or at once; changed, the first does not.
CODES = {
    "a.py": "import time\nprint('a begins')\ntime.sleep(0.02)\nprint('a ends')\n",
    "b.py": "print('b begins')\nprint('b ends')\n",
}
#: What a reader writes before the first line.
CHANGED = {
    "a.py": "exec('print(\\'changed a begins\\')\\nwhile True: pass'); ",
    "b.py": "import afterswipe; afterswipe.MB = 1; print('changed b begins'); ",
}

#: Does one action, and says what can be seen: the state, the label, the output, and which buttons are there.
ACT = """async (file, action, code) => {
    await customElements.whenDefined("run-snippet");
    const root = document.querySelector(`run-snippet[source="${file}"]`);
    const button = (word) => root.querySelector(`.snippet-button--${word}`);
    const busy = () => root.hasAttribute("busy");
    if (action === "write") {
        if (!root.querySelector(".cm-content")) {
            button("edit").click();
            while (!root.querySelector(".cm-content")) await new Promise(requestAnimationFrame);
        }
        const content = root.querySelector(".cm-content");
        content.focus();
        getSelection().collapse(content, 0);
        await new Promise(requestAnimationFrame);
        if (!content.innerText.includes("changed")) document.execCommand("insertText", false, code);
        await new Promise(requestAnimationFrame);
    } else if (action === "frames") {
        for (let i = 0; i < 5; i++) await new Promise(requestAnimationFrame);
    } else if (action === "end") {
        while (busy()) await new Promise(requestAnimationFrame);
    } else if (action !== "look") {
        button(action)?.click();
    }
    const shown = (word) => button(word) !== null && button(word).offsetParent !== null;
    return {
        busy: busy(),
        status: root.querySelector("[role=status]").textContent,
        label: root.querySelector(".snippet-label").textContent.replace(", before your change", ""),
        output: root.querySelector(".snippet-parts").textContent,
        code: root.querySelector(".cm-content")?.innerText ?? "",
        reset: shown("reset"),
        stop: shown("stop"),
    };
}"""


class Model:
    """What must be on the screen of one snippet."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.changed = False
        self.busy = False
        #: Which programs may have given the output that is seen: (label, whole output, may be cut).
        self.outputs: list[tuple[str, str]] = [("Tested output", "tested\n")]

    def program(self) -> tuple[str, str]:
        name = self.file[0]
        if self.changed:
            ends = "" if name == "a" else "b begins\nb ends\n"
            return "Output of your version", f"changed {name} begins\n{ends}"
        return "Output of this run", f"{name} begins\n{name} ends\n"

    def act(self, action: str) -> None:
        if action == "run" and not self.busy:
            self.busy = True
            self.outputs.append(self.program())
        elif action == "stop":
            self.busy = False
        elif action == "reset":
            self.busy = self.changed = False
            self.outputs = [("Tested output", "tested\n")]
        elif action == "write":
            self.changed = True

    def check(self, seen: dict[str, object]) -> str:
        label, output = str(seen["label"]), str(seen["output"])
        if seen["busy"] and not self.busy:
            return "it runs, and nobody has asked for that"
        if not seen["busy"] and self.busy:
            if not str(seen["status"]).startswith("Finished"):
                return "it has not ended well"
            if (label, output) != self.outputs[-1]:
                return "it has ended with other output than its own"
            self.busy = False
            self.outputs = self.outputs[-1:]
        if bool(seen["stop"]) != bool(seen["busy"]):
            return "Stop is there, or is not, as it should not be"
        whole = [(own, text) for own, text in self.outputs if own == label and text.startswith(output)]
        empty = output in ("", "The program printed nothing.") and not self.busy
        return "" if whole or empty else "what is seen is not its own"


@pytest.mark.parametrize("name", ["chromium", "firefox"])
def test_any_order_of_what_a_reader_does(
    name: str, run_folder: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    with StaticServer(run_folder) as server, opening(name, tmp_path, request) as engine:
        server.pages["/orders.html"] = render(
            {file: Source(code) for file, code in CODES.items()}, run_folder / "_run"
        )
        for seed in range(SEEDS):
            engine.open(f"{server.origin}/orders.html")
            chance = random.Random(seed)
            models = {file: Model(file) for file in CODES}
            done = []
            for _ in range(30):
                file = chance.choice(list(CODES))
                action = chance.choices(
                    ["run", "stop", "reset", "write", "frames", "end"], [9, 4, 2, 2, 4, 3]
                )[0]
                # What never ends is not waited for, nor what waits for it.
                if action == "end" and any(model.changed and model.busy for model in models.values()):
                    action = "frames"
                done.append((file, action))
                models[file].act(action)
                engine.call(ACT, file, action, CHANGED[file])
                for other, model in models.items():
                    wrong = model.check(engine.call(ACT, other, "look", ""))
                    seen = engine.call(ACT, other, "look", "")
                    assert not wrong, f"{seed} {other}: {wrong}, {seen}, {model.outputs}, after {done}"
            for file, model in models.items():
                engine.call(ACT, file, "reset", "")
                model.act("reset")
            for file, model in models.items():
                model.act("run")
                engine.call(ACT, file, "run", "")
            for file, model in models.items():
                seen = engine.call(ACT, file, "end", "")
                assert not model.check(seen), (seed, done, seen)


#: How many sequences; more of them by hand.
SEEDS = int(os.environ.get("ORDERS", "3"))
