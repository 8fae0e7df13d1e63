"""What is read fits into the columns it goes to."""

import pytest
from django.db.models import Model

from curation.frontmatter import limits
from curation.models import Alias, Author, CuratedItem, Offering, Publisher, SourceDocument, Topic, Vocabulary


@pytest.mark.parametrize(
    ("limit", "model", "column"),
    [
        (limits.TITLE, CuratedItem, "title"),
        (limits.SLUG, CuratedItem, "slug"),
        (limits.SLUG, Offering, "slug"),
        (limits.SLUG, Topic, "slug"),
        (limits.URL, CuratedItem, "source_url"),
        (limits.URL, CuratedItem, "source_url_original"),
        (limits.URL, CuratedItem, "via_url"),
        (limits.VIA, CuratedItem, "via_name"),
        (limits.LABEL, CuratedItem, "kind"),
        (limits.LABEL, CuratedItem, "format"),
        (limits.LABEL, CuratedItem, "section"),
        (limits.INSTITUTION, CuratedItem, "institution"),
        (limits.LANGUAGE, CuratedItem, "language"),
        (limits.ALT, CuratedItem, "image_alt"),
        (limits.PATH, Alias, "path"),
        (limits.VOCABULARY, Vocabulary, "name"),
        (limits.TOPIC, Topic, "label"),
        (limits.OFFERING, Offering, "name"),
        (limits.PUBLISHER, Publisher, "name"),
        (limits.AUTHOR, Author, "name"),
        (limits.FILE_NAME, SourceDocument, "md_name"),
        (limits.SOURCE_SYSTEM, SourceDocument, "source_system"),
        (limits.EXTERNAL_ID, SourceDocument, "external_id"),
    ],
)
def test_a_limit_is_the_width_of_its_column(limit: int, model: type[Model], column: str) -> None:
    assert getattr(model._meta.get_field(column), "max_length", None) == limit


def test_a_tag_fits() -> None:
    from curation.models import Tag

    assert Tag._meta.get_field("name").max_length == limits.TAG
