"""Every real file is read, and none of them for a reason to complain."""

from collections import Counter
from pathlib import Path

import pytest

from curation.frontmatter import from_json, read, to_json
from curation.frontmatter.problems import SectionPage
from curation.frontmatter.record import Document


@pytest.fixture(scope="module")
def documents(corpus: Path) -> dict[Path, Document | None]:
    """Every file of the corpus, read; a section page is nothing."""
    return {path: _read(path) for path in sorted(corpus.rglob("*.md"))}


def _read(path: Path) -> Document | None:
    try:
        return read(path.read_bytes(), path.name)
    except SectionPage:
        return None


def test_no_file_is_rejected(documents: dict[Path, Document | None]) -> None:
    dialects = Counter(document.dialect if document else "section page" for document in documents.values())
    assert dialects == {"bookmark": 407, "wordpress": 176, "section page": 9, "openproject": 1, "contributor": 1}


def test_no_file_causes_a_warning(documents: dict[Path, Document | None]) -> None:
    problems = [problem for document in documents.values() if document for problem in document.problems]
    assert Counter((problem.level, problem.code, problem.field) for problem in problems) == {
        ("note", "hidden", "draft"): 2,
        ("note", "alias-query", "url"): 2,
    }


def test_every_key_is_named_by_a_rule_but_those_of_wordpress_plugins(documents: dict[Path, Document | None]) -> None:
    assert {key for document in documents.values() if document for key in document.unmapped} == {
        *("ampforwp-amp-on-off", "dsq_thread_id", "enclosure", "ratings_average", "ratings_score", "ratings_users"),
        *("yoast_wpseo_content_score", "yoast_wpseo_links"),
    }


def test_files_of_one_identity_are_the_five_bookmarks_that_occur_twice(documents: dict[Path, Document | None]) -> None:
    identities = Counter(
        (document.identity.source_system, document.identity.external_id or document.identity.given_slug)
        for document in documents.values()
        if document
    )
    assert sorted(identities.values(), reverse=True)[:6] == [2, 2, 2, 2, 2, 1]


def test_drafts_and_the_file_without_a_date(documents: dict[Path, Document | None]) -> None:
    drafts = [document.record for document in documents.values() if document and document.record.status == "draft"]
    assert {(record.slug, record.published_at is None) for record in drafts} == {
        ("centralize-interoperability-decentralize-implementations", False),
        ("project-automation-for-continuous-integration", True),
    }


def test_the_front_matter_is_kept_as_it_was_read(documents: dict[Path, Document | None]) -> None:
    for path, document in documents.items():
        if document:
            text = path.read_bytes().decode()
            assert text.startswith(f"---\n{document.front_matter}---")
            assert text.endswith(document.record.body)


def test_every_record_survives_json(documents: dict[Path, Document | None]) -> None:
    records = [document.record for document in documents.values() if document]
    assert [from_json(to_json(record)) for record in records] == records


def test_no_entity_is_left_in_titles_and_topics(documents: dict[Path, Document | None]) -> None:
    records = [document.record for document in documents.values() if document]
    texts = [text for record in records for text in (record.title, *(topic.label for topic in record.topics))]
    assert [text for text in texts if "&amp;" in text or "&#" in text] == []
