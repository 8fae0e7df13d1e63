"""Changes of items in words, as the history shows them."""

from typing import Any

import pytest

from curation.items.change_words import describe

RADIOLOGY = {"vocabulary": "Symplur", "label": "Radiology", "slug": "symplur-radiology"}
NURSING = {"vocabulary": "Symplur", "label": "Nursing", "slug": "symplur-nursing"}
HINGE = {"name": "Hinge", "slug": "hinge", "external_id": "", "topics": [], "is_primary": True}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"summary": ["Old text", "New text"], "topics": [[RADIOLOGY], []]}, "Summary; Topics −Radiology"),
        ({"topics": [[RADIOLOGY], [NURSING]]}, "Topics −Radiology, +Nursing"),
        ({"topics": [[RADIOLOGY, NURSING], [NURSING, RADIOLOGY]]}, "Topics in another order or spelling"),
        ({"topics": [[RADIOLOGY], [{**RADIOLOGY, "label": "Imaging"}]]}, "Topics in another order or spelling"),
        ({"tags": [[], ["A", "B", "C", "D", "E"]]}, "Tags +A, +B, +C, +2 more"),
        ({"tags": [["ai"], ["AI"]]}, "Tags spelled differently"),
        ({"offerings": [[HINGE], [{**HINGE, "is_primary": False}]]}, "Offerings about none of them"),
        ({"offerings": [[{**HINGE, "is_primary": False}], [HINGE]]}, "Offerings about Hinge"),
        ({"body": ["One two.", "One two.\n\nThree four five six seven."]}, "Body +1 paragraph, +5 words"),
        ({"body": ["One two three.", "One three."]}, "Body −1 word"),
        ({"body": ["One two.", "two. One"]}, "Body"),
        ({"status": ["draft", "published"]}, "Status Draft → Published"),
        ({"slug": ["old", "new-one"]}, "Address old → new-one"),
        ({"kind": ["News", "Opinion"], "format": ["", "brief"]}, "Kind News → Opinion; Format (empty) → brief"),
        ({"published_at": [None, "2026-11-27T09:00:00+00:00"]}, "Publication time"),
        ({"source_url": ["https://a.example/", ""]}, "Source link"),
        ({"publisher": [None, {"domain": "example.org", "name": "Example"}]}, "Publisher (none) → Example"),
        ({"image": [None, 5], "media_provenance": [{}, {"image": {}}]}, "Image added"),
        ({"image": [5, None]}, "Image removed"),
        ({"image": [5, 6]}, "Image"),
        ({"media_provenance": [{}, {"image": {}}]}, "Origin of media"),
        ({}, ""),
    ],
)
def test_changes_are_described_field_by_field(changes: dict[str, Any], words: str) -> None:
    assert describe(changes) == words
