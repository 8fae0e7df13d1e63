"""A search as its address has it: the words, and the facets' values that were chosen beside them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import QueryDict

from curation.facets import FACET_LABELS, NO_ROW, Option, meant_options
from curation.filters import Active
from curation.models.addresses import url
from curation.pagination import Query as Pairs
from curation.search.find import Wanted
from curation.search.marks import LETTERS
from curation.search.query import parse

#: So many values may be chosen; what an address says beyond that does not count.
MOST_CHOSEN = 20
LONGEST_VALUE = 200


@dataclass(frozen=True, slots=True)
class Search:
    """A search, and the addresses of those that are one step away from it."""

    wanted: Wanted

    @property
    def text(self) -> str:
        return self.wanted.query.text

    @property
    def pairs(self) -> Pairs:
        """What the address says; the words first."""
        words = (("q", self.text),) if self.text else ()
        return (*words, *((option.facet, option.value) for option in self.wanted.chosen))

    @property
    def names_nothing(self) -> bool:
        """Whether a value that was chosen is none that readers know of."""
        return any(option.pk == NO_ROW for option in self.wanted.chosen)

    @property
    def chosen(self) -> list[Active]:
        return [Active(FACET_LABELS[option.facet], option.label, self.without(option)) for option in self.wanted.chosen]

    @property
    def url(self) -> str:
        return address(self.pairs)

    @property
    def words_alone(self) -> str:
        return address(pair for pair in self.pairs if pair[0] == "q")

    def adding(self, option: Option) -> str:
        return address((*self.pairs, (option.facet, option.value)))

    def without(self, option: Option) -> str:
        return address(pair for pair in self.pairs if pair != (option.facet, option.value))

    def spelling(self, text: str) -> str:
        """Return the address of the search with other words."""
        return address((("q", text), *(pair for pair in self.pairs if pair[0] != "q")))


def address(pairs: Iterable[tuple[str, str]]) -> str:
    query = urlencode(tuple(pairs))
    return f"{url('search')}?{query}" if query else url("search")


def read_search(query: QueryDict) -> Search:
    """Read an address; in one query where it names values of facets. One that there is not finds nothing."""
    typed = [
        (facet, " ".join(value.replace("\0", " ").split())[:LONGEST_VALUE])
        for facet in LETTERS
        for value in query.getlist(facet)[:MOST_CHOSEN]
    ]
    wanted = [pair for pair in dict.fromkeys(typed) if pair[1]][:MOST_CHOSEN]
    return Search(Wanted(parse(query.get("q", "")), tuple(dict.fromkeys(meant_options(wanted)))))
