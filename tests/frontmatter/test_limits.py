"""Every value that is read fits into its column."""

import pytest
from django.db.models import Model

from curation.frontmatter import limits
from curation.models import Alias, Author, CuratedItem, Offering, Publisher, SourceDocument, Topic, Vocabulary


@pytest.mark.parametrize(
    ("limit", "model", "column"),
    [
        (limits.MAX_TITLE, CuratedItem, "title"),
        (limits.MAX_SLUG, CuratedItem, "slug"),
        (limits.MAX_SLUG, Offering, "slug"),
        (limits.MAX_SLUG, Topic, "slug"),
        (limits.MAX_URL, CuratedItem, "source_url"),
        (limits.MAX_URL, CuratedItem, "source_url_original"),
        (limits.MAX_URL, CuratedItem, "via_url"),
        (limits.MAX_VIA, CuratedItem, "via_name"),
        (limits.MAX_LABEL, CuratedItem, "kind"),
        (limits.MAX_LABEL, CuratedItem, "format"),
        (limits.MAX_LABEL, CuratedItem, "section"),
        (limits.MAX_INSTITUTION, CuratedItem, "institution"),
        (limits.MAX_LANGUAGE, CuratedItem, "language"),
        (limits.MAX_ALT, CuratedItem, "image_alt"),
        (limits.MAX_PATH, Alias, "path"),
        (limits.MAX_VOCABULARY, Vocabulary, "name"),
        (limits.MAX_TOPIC, Topic, "label"),
        (limits.MAX_OFFERING, Offering, "name"),
        (limits.MAX_PUBLISHER, Publisher, "name"),
        (limits.MAX_AUTHOR, Author, "name"),
        (limits.MAX_FILE_NAME, SourceDocument, "md_name"),
        (limits.MAX_SOURCE_SYSTEM, SourceDocument, "source_system"),
        (limits.MAX_EXTERNAL_ID, SourceDocument, "external_id"),
    ],
)
def test_a_limit_is_the_width_of_its_column(limit: int, model: type[Model], column: str) -> None:
    assert getattr(model._meta.get_field(column), "max_length", None) == limit


def test_a_tag_fits() -> None:
    from curation.models import Tag

    assert Tag._meta.get_field("name").max_length == limits.MAX_TAG
