"""Which new passwords are accepted, and what their messages say."""

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command


@pytest.mark.django_db
def test_the_rules_hold_for_a_superuser_who_is_made_without_a_question(monkeypatch: pytest.MonkeyPatch) -> None:
    options = {"interactive": False, "username": "marchetti", "email": "z@example.org", "verbosity": 0}
    for refused in ("marchettimarchetti", "passwordpassword", "short"):
        monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", refused)
        with pytest.raises(CommandError) as error:
            call_command("createsuperuser", **options)
        assert error.value.returncode == 2
    assert not User.objects.exists()
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "four-random-words-here")
    call_command("createsuperuser", **options)
    assert User.objects.get().check_password("four-random-words-here")


EDITOR = User(username="editor", first_name="Zoë", last_name="Marchetti", email="z.marchetti@example.org")


def complaints(password: str, user: User | None = EDITOR) -> list[str]:
    try:
        validate_password(password, user)
    except ValidationError as error:
        return error.messages
    return []


@pytest.mark.parametrize(
    "password",
    [
        *("passwordpassword", "qwertyuiop123", "PasswordPassword", "correcthorsebatterystaple", "letmein123456"),
        "neworleans12345",  # of Django's list alone
    ],
)
def test_passwords_of_breaches_are_refused(password: str) -> None:
    (message,) = complaints(password)
    assert "list of stolen passwords" in message
    assert "Choose another one" in message


@pytest.mark.parametrize(
    "password",
    [
        *("editoreditor", "EditorEditor", "editor-editor-editor", "rotiderotide", "editorrotide1"),
        *("editor12345678", "editor84619320", "20262026editor!", "3d1t0r-3d1t0r", "Marchetti-2026", "Medigy2026!!"),
        *("zoëzoëzoëzoë", "marchettieditor", "ittehcram2026", "editorxxxxxxxxxxxx"),
    ],
)
def test_passwords_made_of_names_are_refused(password: str, settings: LazySettings) -> None:
    settings.SITE_NAME = "Medigy Curation"
    assert any("made of your name" in message for message in complaints(password))


@pytest.mark.parametrize(
    "password",
    [
        *("walnut-tram-39-lagoon", "the editor paints walnuts", "kS8!vqPz2#Lm", "plain words in a row"),
        *("канал-планы-кот", "\ud800" * 12 + "abcdef"),
    ],
)
def test_other_passwords_are_accepted(password: str) -> None:
    assert complaints(password) == []


def test_a_password_is_checked_without_a_user() -> None:
    assert complaints("walnut-tram-39-lagoon", None) == []
    assert complaints("medigymedigy", None)


def test_a_name_without_letters_or_short_is_in_no_rule() -> None:
    assert complaints("walnut-tram-39-lagoon", User(username="al", first_name="--", email="a@b")) == []


def test_one_password_gets_one_message_about_names() -> None:
    assert len(complaints("editoreditor-")) == 1
