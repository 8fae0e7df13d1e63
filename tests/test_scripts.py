"""What `make` runs."""

import pytest

from scripts.run import read_port


@pytest.mark.parametrize("typed", ["", "abc", "-1", "0", "80.5", "65536"])
def test_what_is_no_port_is_refused_in_words(typed: str) -> None:
    with pytest.raises(SystemExit, match="is no port"):
        read_port(typed)


def test_a_port_is_read() -> None:
    assert read_port("8001") == 8001
