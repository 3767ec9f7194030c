"""What has not changed is not made again, and what has is."""

from pathlib import Path

from guide import ROOT, stamps


def test_a_changed_file_changes_the_stamp_and_the_order_of_names_does_not_hide_it(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    page = tmp_path / "docs" / "page.md"
    page.write_text("one")
    first = stamps.of(tmp_path, ["docs", "src"], "mkdocs")
    assert stamps.of(tmp_path, ["docs", "src"], "mkdocs") == first
    assert stamps.of(tmp_path, ["docs", "src"], "zensical") != first
    page.write_text("two")
    second = stamps.of(tmp_path, ["docs", "src"], "mkdocs")
    assert second != first
    page.rename(tmp_path / "docs" / "other.md")
    assert stamps.of(tmp_path, ["docs", "src"], "mkdocs") not in (first, second)


def test_what_a_build_compiles_itself_asks_for_no_other_build(tmp_path: Path) -> None:
    claims = tmp_path / "src" / "afterswipe" / "claims"
    (claims / "sources").mkdir(parents=True)
    before = stamps.of(tmp_path, ["src"])
    for name in ("catalogue.json", "statements.bz2", "sources/sources.json"):
        (claims / name).write_text("{}")
    assert stamps.of(tmp_path, ["src"]) == before
    (claims / "rules.py").write_text("")
    assert stamps.of(tmp_path, ["src"]) != before


def test_a_folder_is_current_under_its_stamp_alone(tmp_path: Path) -> None:
    site = tmp_path / "site"
    assert not stamps.is_current(site, "a")
    stamps.write(site, "a")
    assert not stamps.is_current(site, "a"), "the stamp is there and the folder is not"
    site.mkdir()
    assert stamps.is_current(site, "a")
    assert not stamps.is_current(site, "b")


def test_what_the_builder_reads_and_python_is_made_from_is_part_of_everything() -> None:
    """Else a page would be built anew and the site would say that it is as it should be."""
    whole = [Path(name) for name in stamps.EVERYTHING]
    for name in (*stamps.PAGES, *stamps.RUNTIME):
        # build/docs is made from docs, snippets and src.
        assert name == "build/docs" or any(Path(name).is_relative_to(one) for one in whole), name
        assert name == "build/docs" or (ROOT / name).exists(), name
