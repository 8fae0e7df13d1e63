"""The posted data of a form of the admin, which a page can hold until it is saved."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core import signing
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, QueryDict
from django.http.multipartparser import MultiPartParserError
from django.http.request import RawPostDataException

from .kept_files import SLOT_SUFFIX, KeptFiles

#: The input of a form that names the user whose page it is, signed.
TYPED_BY = "_typed_by"
#: Maximum size of a form that a log-in page holds, as signed text.
MAX_PACKED_CHARS = settings.MAX_ANONYMOUS_BODY_BYTES - 4_000  # it comes back without a session, beside the password
#: Time in which logging in finishes a save without a further question.
MAX_PACKED_AGE = timedelta(hours=1)

PACKED_SALT = "curation.posted_form"
TYPED_BY_SALT = "curation.typed_by"
#: Errors of reading a form: too long, cut off (or its files cannot be stored: `OSError`), malformed, read in part.
UNREADABLE = (RequestDataTooBig, OSError, MultiPartParserError, SuspiciousOperation, RawPostDataException)

#: Names of inputs that scripts and pages fill in.
NOT_TYPED = re.compile(r"^_|^version$|^shown_|^save_anyway$|^clash-|^initial-|-(\w+_FORMS|id|item|position|slot)$")

Fields = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class PostedForm:
    """The fields of a form, the names of files that were sent with it and are lost, and the address it goes to.

    `user_id` is the user for whom the form was rendered, `None` if that is unknown. A form never holds the token of
    the session or a password.
    """

    path: str
    fields: Fields = ()
    files: tuple[str, ...] = ()
    user_id: int | None = None

    @classmethod
    def of(cls, request: HttpRequest) -> PostedForm | None:
        """Return the form that a request posted; `None` for other requests, and for one that cannot be read."""
        held: PostedForm | None = getattr(request, "held_form", None)
        if held or request.method != "POST":
            return held
        try:
            post, files = request.POST, request.FILES
        except UNREADABLE:
            return None
        kept: KeptFiles | None = getattr(request, "kept_files", None)
        slots = kept.tokens() if kept else {}  # of files that are among the uploads but not lost
        typed = ((name, str(value)) for name, values in post.lists() for value in values if is_kept(name))
        others = tuple((name, value) for name, value in typed if name.removesuffix("-remove") not in slots)
        lost = kept.lost_names() if kept else [str(file.name) for _name, chosen in files.lists() for file in chosen]
        return cls(request.get_full_path(), (*others, *slots.items()), tuple(lost), typed_by(post.get(TYPED_BY, "")))

    @property
    def texts(self) -> list[tuple[str, str]]:
        """The labels and values of the fields that a person fills in, without empty ones and IDs."""
        return [
            (_label(name), value)
            for name, value in self.fields
            if value.strip() and not value.isdecimal() and not NOT_TYPED.search(name)
        ]

    @property
    def has_slots(self) -> bool:
        """Whether files were chosen that are kept in upload slots."""
        return any(name.endswith(SLOT_SUFFIX) for name, _token in self.fields)

    @property
    def typist(self) -> str:
        """The name of the user for whom the form was rendered; "" if that is unknown."""
        user = get_user_model()._default_manager.filter(pk=self.user_id).first() if self.user_id else None
        return user.get_username() if user else ""

    def data(self) -> QueryDict:
        """Return the fields as `request.POST` had them."""
        data = QueryDict(mutable=True)
        for name, value in self.fields:
            data.appendlist(name, value)
        return data

    def pack(self) -> str:
        """Return the form as signed text; "" if that has more than `MAX_PACKED_CHARS`."""
        packed = signing.dumps(asdict(self), salt=PACKED_SALT, compress=True)
        return packed if len(packed) <= MAX_PACKED_CHARS else ""

    @classmethod
    def unpack(cls, packed: str) -> tuple[PostedForm | None, bool]:
        """Return the form of a signed text, `None` if it is forged, and whether it is younger than an hour."""
        try:
            values: dict[str, Any] = signing.loads(packed, salt=PACKED_SALT)
        except signing.BadSignature:
            return None, False
        try:
            signing.loads(packed, salt=PACKED_SALT, max_age=MAX_PACKED_AGE)
        except signing.SignatureExpired:
            is_young = False
        else:
            is_young = True
        fields = tuple((str(name), str(value)) for name, value in values["fields"])
        return cls(values["path"], fields, tuple(values["files"]), values["user_id"]), is_young


def sign_user(user_id: int) -> str:
    """Return the value of the input `TYPED_BY`."""
    return signing.Signer(salt=TYPED_BY_SALT).sign(str(user_id))


def typed_by(signed: str) -> int | None:
    """Return the user whom the input `TYPED_BY` names; `None` if it is missing or forged."""
    try:
        return int(signing.Signer(salt=TYPED_BY_SALT).unsign(signed))
    except signing.BadSignature:
        return None


def _label(name: str) -> str:
    """Return the name of an input in words. Dates and times have two inputs, `…_0` and `…_1`."""
    words = re.sub(r"_0$", " (date)", re.sub(r"_1$", " (time)", name))
    return re.sub(r"[-_]", " ", words).capitalize()


def is_kept(name: str) -> bool:
    """Whether the value of an input may be held: not that of a password, or the token of a session."""
    return name != "csrfmiddlewaretoken" and "password" not in name
