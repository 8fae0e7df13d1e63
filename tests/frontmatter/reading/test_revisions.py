"""A rule that reads the samples differently than before needs a higher revision."""

import json

from .revisions import RECORDED, documents, revisions


def test_a_field_that_is_read_otherwise_has_a_higher_revision() -> None:
    recorded, today = json.loads(RECORDED.read_text()), revisions()
    changed = [field for field in today.keys() & recorded.keys() if today[field] != recorded[field]]
    silent = [field for field in changed if today[field].split()[0] == recorded[field].split()[0]]
    assert silent == [], "raise the `revision` of their rules, or PARSING_REVISION: files then are read again"
    assert changed == [], "run `python -m tests.frontmatter.reading.revisions` to record the new revisions"


def test_every_field_has_its_samples_recorded() -> None:
    assert revisions().keys() == json.loads(RECORDED.read_text()).keys(), (
        "run `python -m tests.frontmatter.reading.revisions`"
    )


def test_the_samples_have_a_value_of_every_field() -> None:
    samples = list(documents())
    assert [field for field in revisions() if not any(sample[field] for sample in samples)] == []
