"""The table of write rules: how each field of an `ItemRecord` is written into a file.

`reading/rules.py` is the table of the other direction. A test holds that every read rule has a writer here, or is named
in `NEVER_WRITTEN`.
"""

from curation.frontmatter.reading.authors_and_tags import AUTHOR_KEYS, TAG_KEYS
from curation.frontmatter.reading.publication import EXPIRY_KEYS, MODIFIED_KEYS
from curation.frontmatter.reading.rules import READ_RULES, SUMMARY_KEYS

from .aliases import write_aliases
from .authors_and_tags import names_writer
from .breadcrumbs import write_breadcrumbs
from .links import write_publisher, write_source_url, write_source_url_original, write_via_url
from .media import media_writer, write_image
from .meta import write_meta
from .offerings import write_offerings
from .publication import time_writer, write_published_at, write_status
from .texts import Writer, plain_writer, prose_writer, write_institution, write_title
from .topics import write_topics

#: Fields that identify a file. An edit of an item does not change them.
NEVER_WRITTEN = frozenset(("source_system", "external_id", "md_name", "given_slug"))

#: The writer of each field.
WRITE_RULES: dict[str, Writer] = {
    **{rule.field: plain_writer(*rule.keys) for rule in READ_RULES if rule.is_plain},
    "title": write_title,
    "summary": prose_writer(*SUMMARY_KEYS),
    "body": lambda file, body: file.set_body(body),
    "published_at": write_published_at,
    "modified_at": time_writer(*MODIFIED_KEYS),
    "expires_at": time_writer(*EXPIRY_KEYS),
    "status": write_status,
    "source_url": write_source_url,
    "source_url_original": write_source_url_original,
    "publisher": write_publisher,
    "via_url": write_via_url,
    "authors": names_writer(AUTHOR_KEYS),
    "topics": write_topics,
    "offerings": write_offerings,
    "tags": names_writer(TAG_KEYS, is_ordered=False, splits_entries=True),
    "aliases": write_aliases,
    "institution": write_institution,
    "image": write_image,
    "pdf": media_writer("featuredPdf"),
    "icon": media_writer("favIconImage"),
    "meta": write_meta,
    "breadcrumbs": write_breadcrumbs,
}
