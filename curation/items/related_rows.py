"""The rows that items refer to (topics, offerings, publishers, authors, tags): found, or created.

One `RelatedRows` serves a batch, with one query a model and one insert for the missing rows. Names are compared by
`name_key()`; the first spelling found is the one that stays.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from django.db import models
from django.db.models import Q

from curation.db.bulk_rows import insert
from curation.frontmatter.record import ItemRecord, OfferingRef, PublisherRef, TopicRef
from curation.lib.names import name_key
from curation.lib.slugs import numbered, slug_of
from curation.models import Author, Offering, Publisher, Tag, Topic, Vocabulary
from curation.search.names import index_names

M = TypeVar("M", bound=models.Model)


class RelatedRows:
    """Rows by the names that records use.

    `made` has the IDs of the created rows by model, `warnings` the messages about offerings. Topics that are created
    for records of an import (`is_import`) wait for an editor to look at them.
    """

    def __init__(self, records: Iterable[ItemRecord], *, is_import: bool = False) -> None:
        self._is_import = is_import
        records = list(records)
        self.made: defaultdict[str, list[int]] = defaultdict(list)
        offerings = [offering for record in records for offering in record.offerings]
        topics = [topic for record in records for topic in record.topics]
        topics += [topic for offering in offerings for topic in offering.topics]
        self._vocabularies = self._load_named(Vocabulary, (topic.vocabulary for topic in topics))
        self._authors = self._load_named(Author, (name for record in records for name in record.authors))
        self._tags = self._load_named(Tag, (name for record in records for name in record.tags))
        self._publishers = self._load_publishers(record.publisher for record in records if record.publisher)
        self._topics = self._load_topics(topics)
        self.warnings: dict[OfferingRef, str] = {}
        self._offerings = self._load_offerings(offerings)
        self._link_offerings_to_topics(offerings)

    def author(self, name: str) -> Author:
        return self._authors[name_key(name)]

    def tag(self, name: str) -> Tag:
        return self._tags[name_key(name)]

    def publisher(self, ref: PublisherRef | None) -> Publisher | None:
        return self._publishers[ref.domain] if ref else None

    def topic(self, ref: TopicRef) -> Topic:
        return self._topics[self._topic_key(ref)]

    def _topic_key(self, ref: TopicRef) -> tuple[int, str]:
        return self._vocabularies[name_key(ref.vocabulary)].pk, name_key(ref.label)

    def offering(self, ref: OfferingRef) -> Offering:
        return self._offerings[_offering_key(ref)]

    def stored_form(self, record: ItemRecord) -> ItemRecord:
        """Return a record as it will be read from the database: its names spelled as in the rows, each once."""
        publisher = self.publisher(record.publisher)
        offerings: dict[str, OfferingRef] = {}
        for ref in map(self._stored_offering, record.offerings):
            offerings.setdefault(ref.slug, ref)
        return replace(
            record,
            publisher=PublisherRef(publisher.domain, publisher.name) if publisher else None,
            topics=tuple(dict.fromkeys(map(self._stored_topic, record.topics))),
            offerings=tuple(offerings.values()),
            authors=tuple(dict.fromkeys(self.author(name).name for name in record.authors)),
            tags=tuple(dict.fromkeys(self.tag(name).name for name in record.tags)),
        )

    def _stored_topic(self, ref: TopicRef) -> TopicRef:
        row = self.topic(ref)
        return TopicRef(self._vocabularies[name_key(ref.vocabulary)].name, row.label, row.slug)

    def _stored_offering(self, ref: OfferingRef) -> OfferingRef:
        row = self.offering(ref)
        return OfferingRef(row.name, row.slug, row.external_id, is_primary=ref.is_primary)

    def _create(self, model: type[M], rows: Iterable[M]) -> list[M]:
        made = model._default_manager.bulk_create(rows)
        if made:
            self.made[model.__name__] += [row.pk for row in made]
            index_names(made)
        return made

    def _load_named(self, model: type[M], names: Iterable[str]) -> dict[str, M]:
        """Return the rows of a model that has `name` and `slug`, by `name_key()`."""
        wanted = {name_key(name): name for name in reversed(list(names))}
        found: dict[str, Any] = {row.name_key: row for row in model._default_manager.filter(name_key__in=wanted)}  # type: ignore[attr-defined]
        missing = [name for key, name in wanted.items() if key not in found]
        slugs = _free_slugs(model, {name: slug_of(name) for name in missing})
        made = self._create(model, (model(name=name, slug=slugs[name]) for name in reversed(missing)))
        return found | {row.name_key: row for row in made}  # type: ignore[attr-defined]

    def _load_publishers(self, refs: Iterable[PublisherRef]) -> dict[str, Publisher]:
        wanted = {ref.domain: ref for ref in reversed(list(refs))}
        found = {row.domain: row for row in Publisher.objects.filter(domain__in=wanted).select_related("icon")}
        missing = [ref for domain, ref in reversed(wanted.items()) if domain not in found]
        made = self._create(Publisher, (Publisher(domain=ref.domain, name=ref.name) for ref in missing))
        return found | {row.domain: row for row in made}

    def _load_topics(self, refs: Iterable[TopicRef]) -> dict[tuple[int, str], Topic]:
        wanted = {self._topic_key(ref): ref for ref in reversed(list(refs))}
        rows = Topic.objects.filter(vocabulary__in={key[0] for key in wanted}, name_key__in={key[1] for key in wanted})
        found = {(row.vocabulary_id, row.name_key): row for row in rows}
        missing = {key: ref for key, ref in reversed(wanted.items()) if key not in found}
        # Of two topics that claim one slug (`categoryUrl`), the one whose name it is gets it.
        missing = dict(sorted(missing.items(), key=lambda entry: entry[1].slug != topic_slug(entry[1])))
        slugs = _free_slugs(Topic, {key: ref.slug or topic_slug(ref) for key, ref in missing.items()})
        made = self._create(
            Topic,
            (
                Topic(vocabulary_id=key[0], label=ref.label, slug=slugs[key], is_from_import=self._is_import)
                for key, ref in missing.items()
            ),
        )
        return found | dict(zip(missing, made, strict=True))

    def _load_offerings(self, refs: Iterable[OfferingRef]) -> dict[str, Offering]:
        wanted: dict[str, OfferingRef] = {}
        for ref in refs:
            first = wanted.setdefault(_offering_key(ref), ref)
            self._warn_of_other_name(ref, first.name)
        rows = Offering.objects.filter(
            Q(external_id__in={ref.external_id for ref in wanted.values()} - {""})
            | Q(slug__in={ref.slug for ref in wanted.values() if not ref.external_id})
        )
        by_slug, by_id = {row.slug: row for row in rows}, {row.external_id: row for row in rows if row.external_id}
        found = {}
        for key, ref in wanted.items():
            row = by_id.get(ref.external_id) if ref.external_id else by_slug.get(ref.slug)
            if row:
                found[key] = row
                self._warn_of_other_name(ref, row.name)
        return found | self._create_offerings({key: ref for key, ref in wanted.items() if key not in found})

    def _warn_of_other_name(self, ref: OfferingRef, name: str) -> None:
        if name_key(ref.name) != name_key(name):
            self.warnings[ref] = (
                f"offering {ref.external_id or ref.slug} is “{name}”, not “{ref.name}”; its name was kept"
            )

    def _create_offerings(self, missing: Mapping[str, OfferingRef]) -> dict[str, Offering]:
        slugs = _free_slugs(Offering, {key: ref.slug for key, ref in missing.items()})
        for key, ref in missing.items():
            if slugs[key] != ref.slug:
                self.warnings[ref] = (
                    f"/offering/{ref.slug}/ is another offering; “{ref.name}” got /offering/{slugs[key]}/"
                )
        rows = (Offering(name=ref.name, slug=slugs[key], external_id=ref.external_id) for key, ref in missing.items())
        made = self._create(Offering, rows)
        return dict(zip(missing, made, strict=True))

    def _link_offerings_to_topics(self, refs: Iterable[OfferingRef]) -> None:
        """Add the topics that files name for an offering. Topics that an editor added stay."""
        through = Offering.topics.through
        wanted = {(self.offering(ref).pk, self.topic(topic).pk) for ref in refs for topic in ref.topics}
        known = set(
            through.objects.filter(offering__in={pk for pk, _ in wanted}).values_list("offering_id", "topic_id")
        )
        new = sorted(wanted - known)
        insert(through, ({"offering_id": offering, "topic_id": topic} for offering, topic in new))


def topic_slug(ref: TopicRef) -> str:
    return slug_of(f"{ref.vocabulary} {ref.label}")


def _offering_key(ref: OfferingRef) -> str:
    return f"id:{ref.external_id}" if ref.external_id else f"slug:{ref.slug}"


def _free_slugs(model: type[models.Model], wanted: Mapping[Any, str]) -> dict[Any, str]:
    """Return a slug for each key: the wanted one, with `-2`, `-3`, … where it is taken. "" becomes the model's name.

    Takes one query, and one more for each slug that is taken.
    """
    field: Any = model._meta.get_field("slug")
    bases = {key: slug[: field.max_length] or model._meta.model_name or "row" for key, slug in wanted.items()}
    rows = model._default_manager
    taken = set(rows.filter(slug__in=set(bases.values())).order_by().values_list("slug", flat=True))
    free: dict[Any, str] = {}
    for key, base in bases.items():
        slug, number = base, 1
        while slug in taken or (number > 1 and rows.filter(slug=slug).exists()):
            number += 1
            slug = numbered(base, number, field.max_length)
        taken.add(slug)
        free[key] = slug
    return free
