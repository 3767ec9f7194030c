"""HTML is made from templates with autoescape: one Jinja environment for all that lie in `templates/`."""

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

FOLDER = Path(__file__).parent / "templates"


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def render(template: str, **values: object) -> str:
    """Fill a template. Every value is escaped unless it is markup already; a value that is missing is an error."""
    return _environment().get_template(template).render(values).strip("\n")


def markup(template: str, **values: object) -> Markup:
    """The same, to be put into another template."""
    return Markup(render(template, **values))  # noqa: S704 - the template has escaped it
