"""Names that are equal by some folding: one row on every database, and no database error."""

from itertools import count
from pathlib import Path
from typing import Any
from unicodedata import normalize
from zipfile import ZipFile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image as PillowImage

from curation.lib.names import name_key
from curation.models import Author, CuratedItem, Offering, Tag, Topic, Vocabulary
from tests.lib.test_names import ODD

from .conftest import RunImport, WriteFile

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_process")]

#: Ways in which databases, programs and people make two names of one, or think that they do.
FOLDINGS = (
    str.lower,
    str.upper,
    str.casefold,
    str.title,
    str.swapcase,
    *(lambda text, form=form: normalize(form, text) for form in ("NFC", "NFD", "NFKC", "NFKD")),
    lambda text: text.upper().lower(),
    lambda text: text.replace("i", "ı").replace("I", "İ"),
    lambda text: text.replace("σ", "ς").replace("ss", "ß"),
)
NAMES = st.text(st.one_of(st.sampled_from(ODD + "abI"), st.characters(categories=["L"])), min_size=1, max_size=6)
PAIRS = st.tuples(NAMES, st.sampled_from(FOLDINGS), st.sampled_from(FOLDINGS)).map(
    lambda drawn: (f"n{drawn[0]}", f"n{drawn[2](drawn[1](drawn[0]))}")
)
_numbers = count()


@pytest.mark.long
@given(PAIRS, st.booleans())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_two_names_that_are_equal_by_any_folding_are_imported(
    write_file: WriteFile, import_: RunImport, pair: tuple[str, str], at_once: bool
) -> None:
    folder = f"pair-{next(_numbers)}"
    files = [
        write_file(
            f"{folder}/{folder}-{number}.md",
            author=[name],
            tags=[name],
            categories=[f"{name}: {name}", name],
            relatedOfferings=[{"label": name, "offeringId": 1 + next(_numbers)}],
        )
        for number, name in enumerate(pair)
    ]
    reports = [import_(*files)] if at_once else [import_(file) for file in files]
    assert [report.counts["rejected"] for report in reports] == [0] * len(reports)
    assert sum(report.counts["created"] for report in reports) == 2
    for model in (Author, Tag, Vocabulary, Topic, Offering):
        keys = [*map(name_key, pair)]
        assert set(model.objects.filter(name_key__in=keys).values_list("name_key", flat=True)) == {*keys}


@pytest.mark.parametrize(
    ("one", "other"),
    [("Télésanté", normalize("NFD", "Télésanté")), ("Işık", "IŞIK"), ("ΟΔΟΣ", "οδος"), ("Straße", "STRASSE")],
)
def test_spellings_of_one_name_are_one_row_in_composed_form(
    write_file: WriteFile, import_: RunImport, one: str, other: str
) -> None:
    for number, name in enumerate((other, one)):
        write_file(f"{number}.md", author=[name], tags=[name], categories=[f"{name}: {name}"])
    import_()
    for model, column in ((Author, "name"), (Tag, "name"), (Vocabulary, "name"), (Topic, "label")):
        assert list(model.objects.values_list(column, flat=True)) == [normalize("NFC", other)]
    assert import_().counts["unchanged"] == 2
    assert import_(force=True).counts["unchanged"] == 2


def test_a_tag_that_an_editor_types_is_the_existing_one() -> None:
    items = [CuratedItem.objects.create(title=slug, slug=slug) for slug in "ab"]
    items[0].tags.add("Télésanté")
    items[1].tags.set([normalize("NFD", "TÉLÉSANTÉ"), "télésanté", "Other"])
    assert list(items[1].tags.names()) == ["Télésanté", "Other"]
    assert Tag.objects.count() == 2


@pytest.mark.parametrize("written", ["img/café/télé.png", "café/été.png"])
@pytest.mark.parametrize("forms", [("NFC", "NFC"), ("NFC", "NFD"), ("NFD", "NFC"), ("NFD", "NFD")])
@pytest.mark.parametrize("packed", [False, True])
def test_a_picture_is_found_whatever_unicode_form_its_path_has(
    write_file: WriteFile, import_: RunImport, content: Path, tmp_path: Path, written: str, forms: Any, packed: bool
) -> None:
    folder, _, name = written.rpartition("/")
    place = content / "post" / normalize(forms[0], folder) / normalize(forms[1], name)
    place.parent.mkdir(parents=True)
    PillowImage.new("RGB", (60, 40)).save(place)
    for form in ("NFC", "NFD"):
        write_file(f"post/{form}.md", featuredImage=normalize(form, written))
    if packed:
        with ZipFile(tmp_path / "site.zip", "w") as archive:
            for path in content.rglob("*.*"):
                archive.write(path, path.relative_to(tmp_path))
    import_(tmp_path / "site.zip" if packed else content)
    assert CuratedItem.objects.exclude(image=None).count() == 2


def test_the_case_of_a_pictures_name_counts(write_file: WriteFile, import_: RunImport, content: Path) -> None:
    PillowImage.new("RGB", (60, 40)).save(content / "É.png")
    import_(write_file("a.md", featuredImage="é.png"))
    assert CuratedItem.objects.get().image is None
