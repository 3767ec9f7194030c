"""The pair: what a card says, and what is so, beside each other."""

from dataclasses import dataclass

from afterswipe.frameworks.activitykit.card import Card
from afterswipe.units import percent, size

from . import pair_svg, supposed
from .gaps import NOT_JUDGED, Gap, IsSo
from .lock_screen import LockScreen
from .truth import Truth, sentence

_COLUMN = 32
_BAR = 20


@dataclass(frozen=True)
class Pair:
    """What the Lock Screen's card says, and what is so of its work, at one moment. `print` it for text, `show` it for a picture.

    Where several cards are on the screen it is about the one that has said what is not so for longest, else about the first.
    """

    lock_screen: LockScreen
    truth: Truth

    @property
    def card(self) -> Card | None:
        """The card that it is about, or None where there is none on the Lock Screen."""
        wrong = {
            card.number: sum(gap.length for gap in self._gaps_of(card)) for card in self.lock_screen.cards
        }
        return max(self.lock_screen.cards, key=lambda card: wrong[card.number], default=None)

    @property
    def is_so(self) -> IsSo | None:
        """What is so of the card's work."""
        return None if self.card is None else self.truth.is_so(self.card.number)

    @property
    def differs(self) -> bool:
        """Whether the card says something now that is not so."""
        return self.card is not None and any(
            gap.end >= self.truth.now and gap.length for gap in self._gaps_of(self.card)
        )

    @property
    def label(self) -> str:
        """The difference in one sentence, or that there is none."""
        if self.card is None:
            return "There is no card."
        if gaps := self._gaps_of(self.card):
            return f"{sentence(gaps, self.truth.now)}."
        so = self.is_so
        if so is not None and so.word == NOT_JUDGED:
            return f"{NOT_JUDGED.capitalize()} to the card."
        return "The card says what is so."

    def says(self) -> list[str]:
        """What the card says, line by line."""
        card = self.card
        if card is None:
            return ["nothing: there is no card"]
        note = ["out of date"] if card.out_of_date else []
        return [card.title, *filter(None, [card.says(self.lock_screen.now)]), *note]

    def so(self) -> list[str]:
        """What is so, line by line: the word, since when, and how much has arrived."""
        is_so = self.is_so
        if is_so is None:
            return []
        if is_so.word == NOT_JUDGED:
            return NOT_JUDGED.split(": ")
        word, *rest = self.truth.in_words(is_so).split(", ", 1)
        lines = [word, *rest]
        if is_so.size:
            lines += [f"{size(is_so.sent)} of {size(is_so.size)}", f"{percent(self.share)} arrived"]
        return lines

    @property
    def share(self) -> float:
        """The share of the work's bytes that has arrived, 0.0 to 1.0."""
        is_so = self.is_so
        return is_so.sent / is_so.size if is_so is not None and is_so.size else 0.0

    def _gaps_of(self, card: Card) -> list[Gap]:
        return [gap for gap in self.truth.gaps if gap.activity == card.number]

    def __str__(self) -> str:
        left, right = ["It says", *self.says()], ["It is so", *self.so()]
        progress = None if self.card is None else self.card.progress(self.lock_screen.now)
        if progress is not None:
            left.append(_bar(progress))
            if self.is_so is not None and self.is_so.size:
                right += [""] * (len(left) - 1 - len(right)) + [_bar(self.share)]
        lines = [
            f"{left[row] if row < len(left) else '':<{_COLUMN}}{right[row] if row < len(right) else ''}".rstrip()
            for row in range(max(len(left), len(right)))
        ]
        return supposed.text("\n".join([*lines, self.label]), self.truth.supposed)

    def _repr_svg_(self) -> str:
        return supposed.svg(pair_svg.draw(self), self.truth.supposed)


def _bar(share: float) -> str:
    filled = int(share * _BAR)
    return "━" * filled + "┄" * (_BAR - filled)
