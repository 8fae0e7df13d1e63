"""Warnings about unknown shortcodes: one per file, with their lines."""

import pytest

from curation.models import CuratedItem

from .conftest import RunImport, WriteFile

pytestmark = pytest.mark.django_db


def test_unknown_shortcodes_cause_one_warning_per_file_with_their_lines(
    write_file: WriteFile, import_: RunImport
) -> None:
    path = write_file("a.md", body="Words.\n\n{{< map x >}} and {{< map y >}}\n\n[gallery ids='1']\n")
    report = import_()
    lines = path.read_text().split("\n")
    first, second = lines.index("{{< map x >}} and {{< map y >}}") + 1, lines.index("[gallery ids='1']") + 1
    (warning,) = report.lines("warning")
    assert f"nothing is shown of {{{{< map >}}}} in line {first}, [gallery] in line {second};" in warning
    assert warning.endswith(f"[warning, line {first}]")
    assert CuratedItem.objects.get().body_text == "Words.\nand"


def test_known_shortcodes_cause_no_warning(write_file: WriteFile, import_: RunImport) -> None:
    write_file("a.md", body="{{< youtube w7Ft2ymGmfc >}} `{{< map >}}`")
    assert import_().counts["warnings"] == 0


def test_only_the_first_few_shortcodes_are_named(write_file: WriteFile, import_: RunImport) -> None:
    write_file("a.md", body="\n".join(f"{{{{< map{number} >}}}}" for number in range(8)))
    (warning,) = import_().lines("warning")
    assert " in line 12 and 3 more; write what" in warning
