"""Sounds made of numbers: each a chord of its own that fades, so that what was synced can be heard."""

import array
import io
import math
import wave

RATE = 8_000  # samples per second, one byte each
_HEADER = 44  # bytes
_STEPS = (1.0, 1.25, 1.5, 2.0)  # a major chord
_CYCLE = RATE  # a second of it is computed once, then repeated


def tone(number: int, size: int) -> bytes:
    """A sound file of exactly `size` bytes (at least 44), different for each `number`.

    It is WAV whatever the protocol's path says: Python has no encoder for MP3, and players look into the file.
    """
    base = 110 * 2 ** ((number * 7 % 24) / 12)
    second = [
        sum(math.sin(math.tau * round(base * step) * at / RATE) for step in _STEPS) / len(_STEPS)
        for at in range(_CYCLE)
    ]
    count = size - _HEADER
    samples = array.array("B")
    for begin in range(0, count, _CYCLE):
        loud = 0.25 + 0.75 * math.exp(-begin / _CYCLE / 4)
        # A step of one in the middle of each second says which second it is: no two seconds are the same bytes.
        samples.extend(round(128 + 100 * loud * value) for value in second[: min(_CYCLE, count - begin)])
        samples[begin + (count - begin) // 2 if count - begin < _CYCLE else begin + _CYCLE // 2] = (
            begin // _CYCLE % 256
        )
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(1)
        sound.setframerate(RATE)
        sound.writeframes(samples.tobytes())
    return file.getvalue()
