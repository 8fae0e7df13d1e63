"""Scores and failed audits, read from reports of Lighthouse."""

from typing import Any

import pytest

from scripts import lighthouse
from scripts.lighthouse import PAGE_TYPES, best_scores, scores_of


def make_report(performance: float = 1, accessibility: float = 1) -> dict[str, Any]:
    def category(score: float, audit: str) -> dict[str, Any]:
        return {"score": score, "auditRefs": [{"id": audit, "weight": 1}, {"id": "a-hint", "weight": 0}]}

    return {
        "categories": {
            "performance": category(performance, "speed"),
            "accessibility": category(accessibility, "contrast"),
            "best-practices": category(1, "console"),
            "seo": category(1, "not-for-this-page"),
        },
        "audits": {
            "speed": {"title": "Speed", "score": performance, "displayValue": "1.2 s"},
            "contrast": {"title": "Contrast", "score": accessibility},
            "console": {"title": "Console", "score": 1},
            "a-hint": {"title": "A hint", "score": 0},
        },
    }


def test_a_failed_audit_is_named_and_fails_the_page() -> None:
    scores = scores_of(PAGE_TYPES[0], make_report(accessibility=0.96))
    assert scores.by_category["accessibility"] == 96
    assert scores.failed_audits["accessibility"] == ["Contrast"]
    assert not scores.is_passed


def test_a_slow_page_is_reported_and_does_not_fail() -> None:
    scores = scores_of(PAGE_TYPES[0], make_report(performance=0.5))
    assert scores.failed_audits["performance"] == ["Speed 1.2 s"]
    assert scores.is_passed


def test_a_slow_page_is_measured_again_and_the_best_run_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    reports = [make_report(performance=score) for score in (0.9, 0.97, 0.5)]
    monkeypatch.setattr(lighthouse, "run_lighthouse", lambda *_: reports.pop(0))
    assert best_scores("", PAGE_TYPES[0]).by_category["performance"] == 97
    assert reports == []
