"""The table of write rules is complete: see `writing/rules.py`."""

from dataclasses import fields

from curation.frontmatter.reading.rules import READ_RULES
from curation.frontmatter.record import Identity, ItemRecord
from curation.frontmatter.writing.rules import NEVER_WRITTEN, WRITE_RULES


def test_every_field_that_is_read_has_a_writer_or_is_named_as_never_written() -> None:
    assert {rule.field for rule in READ_RULES} - WRITE_RULES.keys() == NEVER_WRITTEN


def test_only_fields_that_are_read_are_written() -> None:
    assert WRITE_RULES.keys() <= {rule.field for rule in READ_RULES}


def test_only_what_identifies_a_file_is_never_written() -> None:
    assert {field.name for field in fields(Identity)} == NEVER_WRITTEN


def test_every_field_of_a_record_is_read_by_one_rule() -> None:
    names = [field.name for kind in (Identity, ItemRecord) for field in fields(kind)]
    assert sorted(rule.field for rule in READ_RULES) == sorted(names)
