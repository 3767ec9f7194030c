"""The one error that making the runtime bundle raises on purpose."""

from guide.errors import BuildError


class RuntimeBuildError(BuildError):
    """The runtime bundle cannot be made. The message says what is wrong and what to do next."""


def last_lines(text: str, count: int = 12, width: int = 300) -> str:
    """Return the end of a program's output, indented, for use in an error message.

    Lines longer than `width` characters are cut: an error inside Pyodide quotes 1.2 MB of JavaScript in one
    line.
    """
    return "\n".join(f"    {line[:width]}" for line in text.strip().splitlines()[-count:])
