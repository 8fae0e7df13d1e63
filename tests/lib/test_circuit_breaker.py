"""A circuit breaker spares a service that failed, and finds out when it is back."""

import pytest

from curation.lib.circuit_breaker import CircuitBreaker


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr("curation.lib.circuit_breaker.monotonic", lambda: now[0])
    return now


def test_calls_are_allowed_until_one_fails(clock: list[float]) -> None:
    breaker = CircuitBreaker(pause_seconds=5)
    assert [breaker.allows_call(), breaker.allows_call(), breaker.is_open] == [True, True, False]
    breaker.record_failure()
    assert [breaker.allows_call(), breaker.is_open] == [False, True]


def test_after_each_pause_one_call_tests_the_service(clock: list[float]) -> None:
    breaker = CircuitBreaker(pause_seconds=5)
    breaker.record_failure()
    for _ in range(3):
        clock[0] += 5
        assert [breaker.allows_call(), breaker.allows_call()] == [True, False]
    clock[0] += 1
    breaker.record_failure()
    clock[0] += 4
    assert not breaker.allows_call()


def test_a_success_allows_all_calls_again(clock: list[float]) -> None:
    breaker = CircuitBreaker(pause_seconds=5)
    breaker.record_failure()
    breaker.record_success()
    assert [breaker.allows_call(), breaker.allows_call(), breaker.is_open] == [True, True, False]
