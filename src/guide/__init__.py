"""What builds the site: three stages, each a function from files to files.

generate   data and model to Markdown      (`guide.pages.generate`)
build      Markdown to HTML                (MkDocs or Zensical, from the same mkdocs.yml)
finish     site to site                    (`guide.finish.row`: runtime, runner, policy, links to claims)
"""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
"""The checkout."""
