"""CITATION.cff is what the project's data and the claims make of it."""

from pathlib import Path

import yaml

from afterswipe import claims
from guide.checks.citation import citation

ROOT = Path(__file__).resolve().parents[2]


def test_the_file_is_what_would_be_made_now():
    assert (ROOT / "CITATION.cff").read_text(encoding="utf-8") == citation(ROOT), "Run: make citation"


def test_it_is_yaml_with_what_the_format_requires():
    data = yaml.safe_load(citation(ROOT))
    assert {"cff-version", "message", "title", "authors"} <= set(data)
    assert str(len(claims.every())) in data["abstract"]
    assert data["keywords"]


def test_a_new_version_changes_it(tmp_path):
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text(
        project.replace('version = "0.1.0"', 'version = "0.2.0"'), encoding="utf-8"
    )
    assert "version: 0.2.0" in citation(tmp_path)
