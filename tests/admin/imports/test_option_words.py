"""The options of an import run in words."""

from dataclasses import fields

from curation.admin.imports.option_words import _LABELS, option_words
from curation.importing.options import Options


def test_options_have_words() -> None:
    options = Options(restore_deleted=True, status="draft", on_conflict="fail")
    assert option_words(options.as_json()) == [
        ("Deleted items", "restored"),
        ("Fields changed here and in a file", "reject the file"),
        ("New items", "as drafts"),
    ]
    assert {field.name for field in fields(Options)} == _LABELS.keys()
