"""The programs that the Makefile runs."""

import pytest

from scripts.run import read_port


@pytest.mark.parametrize("typed", ["", "abc", "-1", "0", "80.5", "65536"])
def test_a_text_that_is_not_a_port_number_is_refused_with_a_message(typed: str) -> None:
    with pytest.raises(SystemExit, match="is not a port number"):
        read_port(typed)


def test_a_port_number_is_read() -> None:
    assert read_port("8001") == 8001
