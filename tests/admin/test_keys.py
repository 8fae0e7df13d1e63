"""The keys of the desk: an editor's profile can switch off those without Ctrl or Alt (WCAG 2.1.4)."""

from typing import Any

from django.test import Client

from .pages import messages, tree


def switch(client: Client) -> str | None:
    """Return what a page tells the script about single keys."""
    script: Any = tree(client.get("/admin/")).find(".//script[@id='desk-keys']")
    return script.get("data-single-keys")  # type: ignore[no-any-return]


def test_single_keys_are_on_until_the_profile_switches_them_off(editor: Client) -> None:
    assert switch(editor) is None
    answer = editor.post("/admin/profile/", {"time_zone": "UTC"}, follow=True)
    assert "Single keys are now off." in messages(answer)
    assert switch(editor) == "off"
    answer = editor.post("/admin/profile/", {"time_zone": "UTC", "single_keys": "on"}, follow=True)
    assert messages(answer) == ["Single keys are now on."]
    assert switch(editor) is None


def test_the_log_in_page_has_no_keys(client: Client, db: None) -> None:
    assert tree(client.get("/admin/login/")).find(".//script[@id='desk-keys']") is None
