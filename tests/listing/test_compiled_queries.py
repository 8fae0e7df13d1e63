"""Every compiled query of the site answers as Django does with the same values, uncompiled."""

import ast
import gc
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db.models import Model
from django.utils import timezone

import curation.urls  # noqa: F401  # loads every module that declares a query
from curation.db.compiled_query import REGISTRY, CompiledQuery
from curation.models import BodyReference, CuratedItem, Image, ItemTag, SourceDocument
from curation.site_links.resolve import refresh_references
from tests.factories import make_author, make_item, make_offering, make_publisher, make_topic
from tests.test_architecture import CURATION

pytestmark = pytest.mark.django_db


def test_every_declared_query_is_registered() -> None:
    declared = {
        f"curation.{'.'.join(path.relative_to(CURATION).with_suffix('').parts)}.{node.name}"
        for path in CURATION.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef)
        for decorator in node.decorator_list
        if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "compiled_query"
    }
    assert len(declared) >= 6
    assert declared <= REGISTRY.keys()


def test_every_compiled_query_in_memory_is_registered() -> None:
    gc.unfreeze()  # `medigy.wsgi`, which other tests load, leaves what there is out of the objects below
    # `isinstance()` would evaluate the lazy objects that other tests left in memory.
    queries = [query for query in gc.get_objects() if type(query) is CompiledQuery]
    of_the_site = {id(query) for query in queries if query.build.__module__.startswith("curation.")}
    assert of_the_site == {id(query) for query in REGISTRY.values()}


@pytest.fixture
def values() -> dict[str, Any]:
    """A site, and for each name of a parameter a value that finds something there."""
    icon = Image.objects.create(file="b.png", sha256="1", width=16, height=16, format="PNG", size=1)
    image = Image.objects.create(file="a.png", sha256="0", width=3, height=2, format="PNG", size=1)
    topics = [make_topic("Care"), make_topic("Beds", "KLAS"), make_topic("Robots")]
    offering, author = make_offering("Chart"), make_author("Ann")
    publisher = make_publisher("example.org", icon=icon)
    other = make_item("Other story", topics=topics[1:], offerings=[offering], body="![A](/media/a.png)")
    item = make_item(
        "Story",
        body="See [another](/news/other-story/), [topic](/topic/symplur-care/) and [nothing](/news/none/).",
        topics=topics,
        offerings=[make_offering("Bed"), offering],
        authors=[author, make_author("Bob")],
        tags=["new", "old"],
        publisher=publisher,
        image=image,
        meta={"html": {"title": "Another"}},
    )
    make_item("Later story", topics=topics)
    make_item("Scheduled", topics=topics, published_at=timezone.now() + timedelta(hours=1))
    make_item("Draft", status=CuratedItem.Status.DRAFT, topics=topics)
    SourceDocument.objects.create(
        item=item, path="/x.md", is_primary=False, source_url="https://b.example/", imported_at=timezone.now()
    )
    refresh_references([item, other])
    assert BodyReference.objects.count() >= 3
    return {
        "now": timezone.now(),
        "everything": 0,
        "slug": item.slug,
        "item": item.pk,
        "items": [item.pk, other.pk],
        "keys": [item.pk, 0, other.pk],
        "topics": [topic.pk for topic in topics],
        "offerings": [offering.pk],
        "at": item.published_at,
        "pk": item.pk,
        "topic": topics[0].pk,
        "vocabulary": topics[0].vocabulary_id,
        "offering": offering.pk,
        "author": author.pk,
        "publisher": publisher.pk,
        "tag": ItemTag.objects.filter(content_object=item).values_list("tag", flat=True)[0],
    }


def comparable(row: Any) -> Any:
    """Return a row as a tuple; an instance with its columns, and those of the rows that were loaded with it."""
    if not isinstance(row, Model):
        return tuple(row)
    columns = {name: value for name, value in vars(row).items() if name != "_state"}
    related = {name: comparable(value) if value else None for name, value in row._state.fields_cache.items()}
    return type(row), columns, related


def in_order(rows: Any) -> list[Any]:
    return sorted(map(comparable, rows), key=repr)


@pytest.mark.parametrize("name", REGISTRY)
def test_a_compiled_query_answers_as_django_does(name: str, values: dict[str, Any]) -> None:
    query = REGISTRY[name]
    given = {param: values[param] for param in query.params}
    expected = in_order(query.build(**given))
    assert expected, "the values find nothing: the comparison would prove nothing"
    assert in_order(query(**given)) == expected


@pytest.mark.parametrize("name", REGISTRY)
def test_no_compiled_query_has_a_time_of_its_own(name: str) -> None:
    for parameter in REGISTRY[name].compiled().parameters:
        assert not isinstance(parameter, datetime)
        assert not str(parameter).startswith(str(timezone.now().year))
