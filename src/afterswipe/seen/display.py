"""`show`: a picture where pictures can be shown, text elsewhere."""

import sys
from typing import Protocol


class Picture(Protocol):
    """Something that draws itself as SVG and has a text form."""

    def _repr_svg_(self) -> str: ...


def show(picture: Picture) -> None:
    """Show a timeline or a Lock Screen: drawn in the page, printed as text elsewhere. Notebooks draw it by themselves."""
    display = sys.modules.get("_display")
    if display is None:
        print(picture)
    else:
        display.svg(picture._repr_svg_())
