"""The client's address comes from trusted proxies alone."""

import pytest
from django.conf import LazySettings
from django.test import RequestFactory

from curation.lib.client_address import UNKNOWN, _warn_of_proxy, client_address, client_network


def address(forwarded: str | None, remote: str = "10.0.0.1") -> str:
    headers = {} if forwarded is None else {"X-Forwarded-For": forwarded}
    return client_address(RequestFactory().get("/", REMOTE_ADDR=remote, headers=headers))


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, None, "10.0.0.1"),
        (0, "192.0.2.7", "10.0.0.1"),
        (1, None, "10.0.0.1"),
        (1, "192.0.2.7", "192.0.2.7"),
        (1, "198.51.100.9, 192.0.2.7", "192.0.2.7"),
        (2, "198.51.100.9, 192.0.2.7", "198.51.100.9"),
        (2, "203.0.113.5,198.51.100.9,192.0.2.7", "198.51.100.9"),
        (2, "192.0.2.7", "192.0.2.7"),
        (1, "198.51.100.9, nonsense", "10.0.0.1"),
        (1, "", "10.0.0.1"),
    ],
)
def test_the_entry_of_the_outermost_trusted_proxy_counts(
    settings: LazySettings, proxies: int, forwarded: str | None, expected: str
) -> None:
    settings.BEHIND_PROXY = proxies
    assert address(forwarded) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("192.0.2.7:51234", "192.0.2.7"),
        ("2001:DB8:0:0::1", "2001:db8::1"),
        ("[2001:db8::1]:443", "2001:db8::1"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("fe80::1%eth0", "fe80::1"),
    ],
)
def test_one_address_has_one_form(settings: LazySettings, written: str, expected: str) -> None:
    settings.BEHIND_PROXY = 1
    assert address(written) == expected


def test_a_unix_socket_has_no_address() -> None:
    assert address(None, remote="") == UNKNOWN


@pytest.mark.parametrize(
    ("remote", "expected"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2:ffff::", "2001:db8:1:2::"),
    ],
)
def test_the_addresses_of_one_customer_count_as_one(remote: str, expected: str) -> None:
    assert client_network(RequestFactory().get("/", REMOTE_ADDR=remote)) == expected


def test_a_proxy_that_the_settings_do_not_know_is_logged_once(
    settings: LazySettings, caplog: pytest.LogCaptureFixture
) -> None:
    _warn_of_proxy.cache_clear()
    settings.BEHIND_PROXY = 1
    address("192.0.2.7")
    settings.BEHIND_PROXY = 0
    address(None)
    assert not caplog.records
    for _ in range(2):
        address("192.0.2.7")
    assert ["BEHIND_PROXY is 0" in record.message for record in caplog.records] == [True]
