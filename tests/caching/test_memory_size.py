"""The memory that values take."""

from sys import getsizeof

from curation.caching.memory_size import memory_size
from curation.models import Topic, Vocabulary

LIMIT = 1_000_000


def test_a_value_counts_with_all_that_it_refers_to() -> None:
    text = "x" * 10_000
    vocabulary = Vocabulary(name=text)
    topics = [Topic(label=f"Topic {number}", vocabulary=vocabulary) for number in range(3)]
    size = memory_size(topics, LIMIT)
    assert getsizeof(text) < size < 2 * getsizeof(text), "the text is counted once, Django's own objects not at all"


def test_values_that_refer_to_themselves_have_a_size() -> None:
    loop: list[object] = []
    loop.append(loop)
    assert memory_size(loop, LIMIT) == getsizeof(loop)


def test_measuring_stops_beyond_the_limit() -> None:
    assert 1_000 < memory_size([object() for _ in range(100_000)], limit=1_000) < LIMIT
