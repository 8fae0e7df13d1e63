"""The memory that a value takes."""

from gc import get_referents
from sys import getsizeof
from types import FunctionType, ModuleType

#: Shared by all values of the process, so counted for none of them.
SHARED = (type, ModuleType, FunctionType)


def memory_size(value: object, limit: int) -> int:
    """Return the bytes of a value and of everything it refers to, each object counted once.

    Stops once the sum exceeds `limit`, so that no value takes long to measure.
    """
    seen: set[int] = set()
    unvisited, total = [value], 0
    while unvisited and total <= limit:
        current = unvisited.pop()
        if id(current) not in seen and not isinstance(current, SHARED):
            seen.add(id(current))
            total += getsizeof(current)
            unvisited += get_referents(current)
    return total
