"""Pictures of moments: the page and the file that it fetches have the tested pictures, and nothing else."""

import json
import re
from html import unescape

import markdown
import pytest

from guide import ROOT, snippets
from guide.errors import BuildError
from guide.pages import moments

NAMES = ("story_upload_moments", "story_upload_assertion_moments")


def render(text: str) -> str:
    return markdown.markdown(text, extensions=["guide.markdown"])


@pytest.mark.parametrize("name", NAMES)
def test_the_file_has_the_tested_pictures_each_with_its_words(name: str):
    accepted = snippets.accepted(name)
    frames = json.loads(moments.frames(name))
    assert [frame["svg"] for frame in frames] == [picture.strip() for picture in accepted.pictures]
    assert [frame["words"] for frame in frames] == [
        line for line in accepted.text.splitlines() if not line.startswith("[picture: ")
    ]
    for frame in frames:
        assert unescape(re.search(r"<desc>(.*?)</desc>", frame["svg"], re.DOTALL)[1]).endswith(
            f"\n{frame['said']}"
        )


@pytest.mark.parametrize("name", NAMES)
def test_the_page_has_the_last_picture_and_names_the_file(name: str):
    page = render(f"Before.\n\n/// moments | {name}\nA *caption*.\n///\n\nAfter.")
    last = moments.of(name)[-1]
    assert last.svg in page
    assert page.count("<svg xmlns") == 1
    assert "<em>caption</em>" in page
    (file,) = re.findall(r'data-moments="([^"]+)"', page)
    assert moments.files([f"/// moments | {name}\n///"]) == {f"assets/moments/{file}": moments.frames(name)}
    assert f'aria-valuetext="{last.words}: {last.said}"' in unescape(page)
    highest = max(
        float(re.search(r'height="(\d+)"', picture)[1]) for picture in snippets.accepted(name).pictures
    )
    assert f'style="min-height:{highest:g}px"' in page


def test_the_first_page_shows_the_contradiction_without_a_touch():
    assert "/// moments | story_upload_moments\n" in (ROOT / "docs/index.md").read_text(encoding="utf-8")
    assert moments.of("story_upload_moments")[-1].svg == snippets.accepted("story_upload").pictures[0].strip()


def test_what_the_moments_say():
    """The card is right until the app is suspended, and from then on what has arrived stays as it is."""
    for name, ends in zip(NAMES, ("1 s after leaving", "30 s after leaving"), strict=True):
        right = [moment.said == "The card says what is so." for moment in moments.of(name)]
        first = right.index(False)
        assert moments.of(name)[first].words == ends
        assert not any(right[first:])
        arrived = [re.search(r"(\d+) % arrived", moment.svg)[1] for moment in moments.of(name)]
        assert len(set(arrived[first:])) == 1
        assert sorted(map(int, arrived)) == list(map(int, arrived))


@pytest.mark.parametrize("name", ["story_upload", "swoop", "api_errors"])
def test_a_snippet_without_moments_is_refused_with_what_to_do(name: str):
    with pytest.raises(BuildError, match=r"Print one line before each picture\."):
        render(f"/// moments | {name}\n///")
