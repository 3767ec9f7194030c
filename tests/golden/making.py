"""What a run of today comes to, as digests: every snippet, and walks that a seed chooses.

`python -m tests.golden.making` (with `src` and the root on the path) writes the files that `test_golden.py` compares with. They are
written anew only where a change of behaviour is wanted, and CHANGELOG.md says which.
"""

import functools
import hashlib
import json
import random
from collections.abc import Callable
from pathlib import Path

from afterswipe import AfterSwipeError, Phone
from afterswipe.story import posting
from guide import snippets
from tests.afterswipe.commanded import HOW, Commanded

HERE = Path(__file__).parent
SNIPPETS, WALKS = HERE / "snippets.json", HERE / "walks.json"
SEEDS = 500
STEPS = 14


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:20]


def run(name: str) -> tuple[snippets.Output, list[Phone]]:
    """What a snippet shows, and every phone that it switched on."""
    phones: list[Phone] = []
    switch_on = Phone.__init__

    def watched(self: Phone, *args: object, **options: object) -> None:
        switch_on(self, *args, **options)  # type: ignore[arg-type]
        phones.append(self)

    Phone.__init__ = watched  # type: ignore[assignment]
    take_apart = posting._take_apart
    posting._take_apart = lambda _phone: (
        None
    )  # what a comparison does with its phones, which are looked at here
    try:
        output = snippets.run(snippets.FOLDER / f"{name}.py")
    finally:
        Phone.__init__ = switch_on  # type: ignore[method-assign]
        posting._take_apart = take_apart
    return output, phones


#: The same, once for all tests that ask for it.
ran = functools.cache(run)


def of_snippet(output: snippets.Output, phones: list[Phone]) -> dict[str, object]:
    """Text, pictures, and the record of every phone."""
    return {
        "text": _sha(output.text),
        "pictures": [_sha(picture) for picture in output.pictures],
        "records": _sha("\n".join(phone.record.digest() for phone in phones)),
        "phones": len(phones),
    }


def with_a_phone() -> list[str]:
    """The snippets that switch a phone on."""
    return [name for name, golden in json.loads(SNIPPETS.read_text()).items() if golden["phones"]]


def _steps(run: Commanded, chance: random.Random) -> list[Callable[[], object]]:
    phone = run.phone
    wait = chance.choice([0.1, 1, 4, 10, 28, 45, 300, 1800, 14_400])
    own = [card.number for card in phone.cards if card.kind == "app"]
    number = own[-1] if own else 1
    return [
        run.open,
        run.open,
        phone.swipe_up,
        phone.swipe_up,
        phone.lock,
        phone.unlock,
        phone.open_app_switcher,
        phone.force_quit,
        phone.restart,
        phone.memory_pressure,
        phone.disconnect_scene,
        phone.endings.crash,
        phone.endings.announce,
        lambda: phone.remove_card(number),
        lambda: run.wait(wait),
        lambda: run.wait(wait),
        lambda: run.wait(wait),
        run.request_card,
        run.request_card_for_20_seconds,
        run.update_card,
        run.end_cards,
        run.begin_assertion,
        lambda: run.begin_assertion(ends=False),
        run.end_assertions,
        run.upload,
        run.hand_over,
        run.take_lock,
        run.release_lock,
        run.ask_for_refresh,
        lambda: run.go_on(chance.choice(HOW)),
        run.tap_intent,
        run.play,
        run.stop_playing,
        run.follow_location,
        lambda: run.block(chance.choice([1, 6, 30])),
        phone.network.disconnect,
        phone.network.connect,
        phone.pushes.silent,
        lambda: phone.live_activity_pushes.update(number=number, text="pushed"),
        lambda: phone.live_activity_pushes.end("Posted", number=number),
        lambda: phone.live_activity_pushes.start("Started by push", alert="It begins"),
    ]


def of_walk(seed: int) -> str:
    """The digest of one walk: some steps of whoever may act, and what each was answered."""
    chance = random.Random(seed)
    run = Commanded(chance.choice(["12", "13", "16.1", "16.2", "17.2", "18", "26", "27"]), seed=seed)
    said = []
    run.open()
    for _ in range(STEPS):
        steps = _steps(run, chance)
        if run.kept_running:
            steps = [step for step in steps if step not in (run.follow_location,)]
        number = chance.randrange(len(steps))
        try:
            said.append(f"{number} {steps[number]() is not None}")
        except AfterSwipeError as refused:
            said.append(f"{number} {type(refused).__name__}: {refused}")
    return _sha("\n".join([*said, str(run.phone.clock.now), run.phone.record.digest()]))


def of_walks() -> dict[str, str]:
    """Every walk, by its seed."""
    return {str(seed): of_walk(seed) for seed in range(SEEDS)}


def write(path: Path, data: object) -> None:
    """Write a golden file, sorted, one entry a line."""
    path.write_text(json.dumps(data, indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write(SNIPPETS, {name: of_snippet(*run(name)) for name in snippets.names()})
    write(WALKS, of_walks())
