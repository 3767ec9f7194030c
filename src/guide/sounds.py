"""The sounds of the feed that the site serves: computed, not recorded, so that they are free of anybody's rights.

    PYTHONPATH=src python -m guide.sounds        (needs `lame`; the results are in the repository, under docs/feed/)

The page downloads them for real, so they are small: mono, 32 kbit/s. Each is a formula and a seed.
"""

import array
import math
import random
import subprocess
import tempfile
import wave
from collections.abc import Callable, Iterator

from . import ROOT
from .errors import BuildError

RATE = 16_000  # samples per second
FEED = ROOT / "docs" / "feed"


def bowl(seconds: float) -> Iterator[float]:
    """A singing bowl: partials that are not whole multiples, each dying away at its own pace."""
    partials = ((196.0, 1.0, 0.25), (533.0, 0.5, 0.5), (1013.0, 0.25, 0.9), (197.3, 0.8, 0.25))
    for step in range(round(seconds * RATE)):
        at = step / RATE
        yield 0.3 * sum(
            loud * math.exp(-fade * at) * math.sin(math.tau * tone * at) for tone, loud, fade in partials
        )


def rain(seconds: float) -> Iterator[float]:
    """Rain: noise with the low half taken away, and now and then a drop."""
    rng = random.Random(1)
    low = drop = 0.0
    for _ in range(round(seconds * RATE)):
        noise = rng.uniform(-1, 1)
        low += 0.08 * (noise - low)
        drop = max(drop * 0.996, rng.random() ** 4 if rng.random() < 0.0006 else 0.0)
        yield 0.12 * (noise - low) + 0.5 * drop * rng.uniform(-1, 1)


def surf(seconds: float) -> Iterator[float]:
    """Surf: dark noise that swells every seven seconds."""
    rng = random.Random(2)
    low = 0.0
    for step in range(round(seconds * RATE)):
        swell = 0.5 - 0.5 * math.cos(math.tau * step / RATE / 7)
        low += 0.05 * (rng.uniform(-1, 1) - low)
        yield 2.2 * low * (0.15 + 0.85 * swell**2)


def hum(seconds: float) -> Iterator[float]:
    """A hum: a fifth whose tones drift against each other."""
    for step in range(round(seconds * RATE)):
        at = step / RATE
        yield 0.2 * sum(math.sin(math.tau * tone * at) for tone in (110.0, 165.2, 220.3, 330.1))


SOUNDS: dict[str, tuple[Callable[[float], Iterator[float]], float]] = {
    "6f1c2f0e-0a51-4c39-9a0c-2d5b8f1e7a01": (bowl, 8),
    "6f1c2f0e-0a51-4c39-9a0c-2d5b8f1e7a02": (rain, 10),
    "6f1c2f0e-0a51-4c39-9a0c-2d5b8f1e7a03": (hum, 6),
    "6f1c2f0e-0a51-4c39-9a0c-2d5b8f1e7a04": (surf, 35),
}
"""The identifier of each sound, its formula, and how long it is in seconds."""


def main() -> None:
    """Compute all sounds and write them as MP3. Raises BuildError without `lame`."""
    folder = FEED / "sounds"
    folder.mkdir(parents=True, exist_ok=True)
    for name, (formula, seconds) in SOUNDS.items():
        samples = array.array("h", (round(32_000 * max(-1, min(1, value))) for value in formula(seconds)))
        with tempfile.NamedTemporaryFile(suffix=".wav") as file:
            with wave.open(file.name, "wb") as sound:
                sound.setnchannels(1)
                sound.setsampwidth(2)
                sound.setframerate(RATE)
                sound.writeframes(samples.tobytes())
            command = ["lame", "--quiet", "-t", "-b", "32", "-m", "m", file.name, str(folder / f"{name}.mp3")]
            try:
                subprocess.run(command, check=True)
            except FileNotFoundError as missing:
                raise BuildError("lame is missing. Install it, for instance: apt install lame") from missing
    print(f"{len(SOUNDS)} sounds in {folder.relative_to(FEED.parents[1])}/")


if __name__ == "__main__":
    main()
