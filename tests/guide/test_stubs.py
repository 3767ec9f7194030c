"""Questions, promises and ways under addresses of their own."""

from markdown import Markdown

from guide.finish import stubs
from guide.pages import ways

QUESTIONS = (
    '<h3 id="q01">Does it go on &amp; on?<a class="headerlink" href="#q01">#</a></h3>\n'
    '<p>No.<a aria-label="source" class="claim claim-reported" href="claim:x">x</a> It <em>stops</em>. '
    f"{'A long sentence. ' * 20}</p>"
)


def test_a_stub_shows_the_question_and_leads_to_its_place():
    short = stubs.found({"questions/": QUESTIONS, "other/": QUESTIONS})
    assert list(short) == ["questions/q01/"]
    stub = short["questions/q01/"]
    assert stub.title == "Does it go on & on?"
    assert stub.words.startswith("No. It stops. A long sentence.")
    assert len(stub.words) <= 200
    page = stubs.pages(short, "https://site.example/")["questions/q01/"]
    assert "<title>Does it go on &amp; on?</title>" in page
    assert 'content="noindex"' in page
    assert 'rel="canonical" href="https://site.example/questions/#q01"' in page
    assert '<a href="../../questions/#q01">' in page


def test_the_headings_of_these_pages_alone_have_the_address():
    assert 'id="q01" data-address="q01/"' in stubs.told(QUESTIONS, "questions/")
    assert stubs.told(QUESTIONS, "other/") == QUESTIONS


def test_a_first_sentence_without_end_is_kept_whole():
    (stub,) = stubs.found({"questions/": f'<h3 id="q">Q?</h3><p>{"a " * 150}.</p>'}).values()
    assert len(stub.words) > 200


def test_a_way_shows_its_answers_by_version():
    html = Markdown(
        extensions=["attr_list", "md_in_html", "tables", "pymdownx.superfences", "guide.markdown"]
    ).convert(ways.page())
    short = stubs.found({"ways/": html})
    assert set(short) == {f"ways/{way.id}/" for way in ways.table().ways}
    stub = short["ways/continued/"]
    assert stub.title == "A task that a tap starts"
    assert stub.words == (
        "iOS 13, 15, 16.2, 17.2, 18: no. It came with iOS 26. "
        "iOS 26, 27: depends. It has to make progress, or the system expires it."
    )
    assert stub.link == "ways/#continued"
    assert 'id="continued" data-address="continued/"' in stubs.told(html, "ways/")
