"""Keys that other generators use for the same thing: read, and written where they stand."""

from dataclasses import replace
from typing import Any

import pytest

from curation.frontmatter import FileText, read, rewrite
from curation.frontmatter.reading.languages import LANGUAGES, language_tag
from curation.frontmatter.reading.lists import SEPARATORS
from curation.frontmatter.record import MediaRef, TopicRef

from .files import dump, read_keys, read_text, record, warnings

# Names: authors, tags, topics


@pytest.mark.parametrize(
    ("keys", "tags"),
    [
        ({"tags": ["Telehealth,", ","]}, ("Telehealth",)),
        ({"tags": ["AI, Privacy", "Care"]}, ("AI", "Privacy", "Care")),
        ({"tags": ["a;b", "c，d", "e、f", "R&amp;D"]}, ("a", "b", "c", "d", "e", "f", "R&D")),
        ({"tags": "AI, Privacy"}, ("AI", "Privacy")),
        ({"tags": "a b c"}, ("a b c",)),
        ({"tags": "Privacy"}, ("Privacy",)),
        (
            {"tags": [{"name": "Cardio", "slug": "c"}, {"label": "Neuro"}, {"title": "Onco"}]},
            ("Cardio", "Neuro", "Onco"),
        ),
        ({"tags": {"name": "AI", "slug": "ai"}}, ("AI",)),
        ({"tags": {"AI": 1, "Privacy": 2}}, ("AI", "Privacy")),
        ({"keywords": {"AI": 1, "Care, Privacy": 2}}, ("AI", "Care", "Privacy")),
        ({"tags": [{"name": "AI, Care"}, {"label": "R&amp;D"}]}, ("AI", "Care", "R&D")),
        ({"tags": {"name": "AI; Care"}}, ("AI", "Care")),
        ({"keywords": "AI, Privacy"}, ("AI", "Privacy")),
        ({"tags": ["AI"], "keywords": "ai, Privacy", "tag": "Care"}, ("AI", "Care", "Privacy")),
    ],
)
def test_tags_come_in_many_forms_and_never_contain_a_separator(keys: dict[str, Any], tags: tuple[str, ...]) -> None:
    assert record(**keys).tags == tags
    assert not any(SEPARATORS.search(tag) for tag in tags)


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ({"tags": ["Telehealth,", ",", "AI"]}, [("separator", "tags[0]"), ("separator", "tags[1]")]),
        ({"tags": {"AI": 1, "Care, Privacy": 2}}, [("separator", "tags.Care, Privacy")]),
        ({"tags": ["AI", {"name": "Care, Privacy"}]}, [("separator", "tags[1]")]),
        ({"tags": {"name": "Care, Privacy"}}, [("separator", "tags")]),
        ({"tags": "AI, Privacy"}, [("not-a-list", "tags")]),
        ({"tags": "a b c"}, [("not-a-list", "tags")]),
        ({"tags": "Privacy"}, []),
        ({"keywords": "AI, Privacy"}, []),
        ({"tags": ["R&amp;D"]}, []),
        ({"authors": "Ann, Bo"}, [("not-a-list", "authors")]),
        ({"author": "Ann, Bo"}, []),
        ({"categories": "AI, Privacy"}, [("not-a-list", "categories")]),
        ({"category": "AI, Privacy"}, [("not-a-list", "category")]),
        ({"category": "Digital Health"}, []),
    ],
)
def test_ambiguous_lists_are_reported(keys: dict[str, Any], told: list[tuple[str, str]]) -> None:
    assert warnings(**keys) == told


def test_a_text_of_words_is_a_list_in_the_folder_of_jekylls_posts_alone() -> None:
    text = "title: x\ntags: a b c\ncategories: d e\ncategory: f g"
    post = read_text(text, name="_posts/2024-05-06-x.md")
    assert post.record.tags == ("a", "b", "c")
    assert [topic.label for topic in post.record.topics] == ["d", "e", "f", "g"]
    assert post.problems == ()
    assert read_text(text, name="posts/2024-05-06-x.md").record.tags == ("a b c",)


@pytest.mark.parametrize(
    ("keys", "authors"),
    [
        ({"authors": ["Ann", {"name": "Bo", "url": "/bo"}]}, ("Ann", "Bo")),
        ({"author": {"name": "Ann", "email": "a@example.org"}}, ("Ann",)),
        ({"author": "Roe, Jane"}, ("Roe, Jane",)),
        ({"authors": "Ann, Bo"}, ("Ann", "Bo")),
        ({"authors": "Roe, Jane; Doe, John"}, ("Roe, Jane", "Doe, John")),
        (
            {"authors": "Jane Roe, MD, PhD, John Doe, Jr., Ann Lee, M.D."},
            ("Jane Roe, MD, PhD", "John Doe, Jr.", "Ann Lee, M.D."),
        ),
        ({"author": "Ann", "authors": ["ANN", "Bo"]}, ("Ann", "Bo")),
        ({"authors": {"ann": {"name": "x"}, "bo": None}}, ("ann", "bo")),
    ],
)
def test_authors_come_in_many_forms(keys: dict[str, Any], authors: tuple[str, ...]) -> None:
    assert record(**keys).authors == authors


@pytest.mark.parametrize(
    ("keys", "topics"),
    [
        ({"category": "Telehealth"}, [("Medigy", "Telehealth")]),
        ({"category": ["A", "Symplur: B"]}, [("Medigy", "A"), ("Symplur", "B")]),
        ({"categories": "AI, Privacy"}, [("Medigy", "AI"), ("Medigy", "Privacy")]),
        ({"categories": "Symplur: AI, Privacy"}, [("Symplur", "AI, Privacy")]),
        ({"categories": ["AI, Privacy"]}, [("Medigy", "AI, Privacy")]),
        ({"categories": [{"name": "AI"}]}, [("Medigy", "AI")]),
        ({"categories": ["AI"], "category": "ai", "series": ["One"]}, [("Medigy", "AI"), ("Series", "One")]),
        ({"series": "Gartner: Part"}, [("Gartner", "Part")]),
    ],
)
def test_topics_come_in_many_forms(keys: dict[str, Any], topics: list[tuple[str, str]]) -> None:
    assert [(topic.vocabulary, topic.label) for topic in record(**keys).topics] == topics


# Summary, picture, language


def test_the_first_summary_that_is_not_empty_counts() -> None:
    keys = {"summary": "", "excerpt": "<p>Short &amp; good.</p>", "description": "Long."}
    assert record(**keys).summary == "Short & good."
    assert record(**{**keys, "summary": "S"}).summary == "S"


@pytest.mark.parametrize(
    ("keys", "image"),
    [
        *(({key: "/img/x.jpg"}, MediaRef("/img/x.jpg")) for key in ("image", "featured_image", "thumbnail", "cover")),
        *(
            ({key: "/img/x.jpg"}, MediaRef("/img/x.jpg"))
            for key in ("heroImage", "coverImage", "cover_image", "banner")
        ),
        ({"images": ["/a.jpg", "/b.jpg"]}, MediaRef("/a.jpg")),
        ({"images": [{"src": "/a.jpg", "alt": "A"}]}, MediaRef("/a.jpg", "A")),
        ({"cover": {"image": "/a.jpg", "alt": "A", "caption": "C"}}, MediaRef("/a.jpg", "A")),
        ({"cover": {"src": "/a.jpg"}}, MediaRef("/a.jpg")),
        ({"image": {"url": "/a.jpg"}}, MediaRef("/a.jpg")),
        ({"header": {"teaser": "/a.jpg"}}, MediaRef("/a.jpg")),
        ({"header": {"image": "/b.jpg", "teaser": "/a.jpg"}}, MediaRef("/b.jpg")),
        ({"header": "A line"}, None),
        ({"featuredImage": None, "image": "/a.jpg"}, MediaRef("/a.jpg")),
        ({"featuredImage": "/f.jpg", "image": "/a.jpg"}, MediaRef("/f.jpg")),
        ({"image": False, "images": []}, None),
        ({"cover": {"hidden": True}}, None),
    ],
)
def test_a_picture_has_many_names(keys: dict[str, Any], image: MediaRef | None) -> None:
    assert record(**keys).image == image
    assert warnings(**keys) == []


@pytest.mark.parametrize(
    ("written", "tag"),
    [
        ("fr", "fr"),
        ("EN-us", "en-US"),
        ("zh-hant-TW", "zh-Hant-TW"),
        ("es-419", "es-419"),
        ("sl-rozaj", "sl-rozaj"),
        ("gsw", "gsw"),
    ],
)
@pytest.mark.parametrize("key", ["lang", "language", "Language", "locale"])
def test_a_language_is_written_as_bcp_47_recommends(key: str, written: str, tag: str) -> None:
    assert record(**{key: written}).language == tag
    assert warnings(**{key: written}) == []


def test_a_language_with_an_underscore_is_reported() -> None:
    assert record(lang="pt_BR").language == "pt-BR"
    assert warnings(lang="pt_BR") == [("language-changed", "lang")]


@pytest.mark.parametrize(
    "written", ["English", "xx", "python", "e", "en-", "en--us", "fr or de", "e" * 36, "en-" + "x" * 40]
)
def test_a_text_that_is_not_a_language_is_ignored_with_a_warning(written: str) -> None:
    assert record(lang=written).language == ""
    assert warnings(lang=written) == [("language-unknown", "lang")]
    assert language_tag(written) == ""


@pytest.mark.parametrize(
    ("path", "language"),
    [
        ("story.fr.md", "fr"),
        ("post/story/index.pt-BR.md", "pt-BR"),
        ("story.md", ""),
        ("app.js.md", ""),
        ("v1.2.md", ""),
        ("fr/story.md", ""),
        ("story.FR.md", ""),
    ],
)
def test_the_language_may_be_in_the_name_of_the_file(path: str, language: str) -> None:
    assert read_text("title: x\ndate: 2023-01-31\nslug: x", name=path).record.language == language
    assert read_text("title: x\ndate: 2023-01-31\nslug: x\nlang: de", name=path).record.language == "de"


def test_there_are_as_many_languages_as_in_the_standard() -> None:
    assert len(LANGUAGES) == 184


# Old addresses


@pytest.mark.parametrize(
    ("keys", "aliases"),
    [
        ({"aliases": ["/wiki/Some Page", "/a+b/", "/c%20d", "/e%2Bf"]}, ("/wiki/Some Page", "/a+b", "/c d", "/e+f")),
        ({"url": "/2009/07/06/Ward Round 03×13/"}, ("/2009/07/06/Ward Round 03×13",)),
        ({"aliases": ["/cafe\u0301/"]}, ("/café",)),
        ({"redirect_from": ["/old/"], "alias": "/older/"}, ("/older", "/old")),
        ({"redirect_from": "/old/"}, ("/old",)),
        ({"permalink": "/about/us.html"}, ("/about/us.html",)),
        ({"permalink": "https://old.example.org/about/"}, ("/about",)),
        ({"permalink": "/:year/:month/:day/:title/"}, ("/2023/01/31/a-title",)),
        ({"permalink": "/:categories/:title.html"}, ("/a-title.html",)),
        ({"permalink": "pretty"}, ("/2023/01/31/a-title",)),
        ({"permalink": "/:categories/:title/", "category": "Care Notes"}, ("/care notes/a-title",)),
        ({"permalink": "/:categories/:title/", "categories": ["News", "Tech"]}, ("/news/tech/a-title",)),
        ({"url": "/:year/:slug/"}, ("/2023/a-title",)),
    ],
)
def test_old_addresses_are_aliases(keys: dict[str, Any], aliases: tuple[str, ...]) -> None:
    assert record(**keys).aliases == aliases
    assert warnings(**keys) == []


@pytest.mark.parametrize(
    ("keys", "key"),
    [
        ({"permalink": "/:year/:unknown/"}, "permalink"),
        ({"permalink": "/{{ page.date }}/"}, "permalink"),
        ({"aliases": ["https://old.example.org/abs/"]}, "aliases[0]"),
        ({"redirect_from": ["/a?b=c"]}, "redirect_from[0]"),
        ({"aliases": ["../../x"]}, "aliases[0]"),
    ],
)
def test_an_invalid_address_is_reported(keys: dict[str, Any], key: str) -> None:
    assert record(**keys).aliases == ()
    assert warnings(**keys) == [("alias-path", key)]


@pytest.mark.parametrize("key", ["url", "permalink"])
def test_an_address_without_a_path_is_a_note(key: str) -> None:
    (problem,) = read_keys(**{key: "/?p=1242"}).problems
    assert (problem.level, problem.code, problem.field) == ("note", "alias-query", key)


@pytest.mark.parametrize(
    ("path", "written", "alias"),
    [
        ("a.md", "./old-dot", "/old-dot"),
        ("a.md", "old", "/old"),
        ("content/post/a.md", "./old", "/post/old"),
        ("post/a.md", "old/er", "/post/old/er"),
        ("post/a/index.md", "old", "/post/old"),
        ("post/a/index.fr.md", "old", "/post/old"),
        ("post/deep/a.md", "../old", "/post/old"),
        ("post/a.md", "/old", "/old"),
    ],
)
def test_a_relative_alias_is_below_the_folder_of_the_page(path: str, written: str, alias: str) -> None:
    document = read_text(f"title: x\ndate: 2023-01-31\nslug: x\naliases: ['{written}']", name=path)
    assert document.record.aliases == (alias,)


# Back into the file

#: A file's keys, the field that is edited, its new value, and the line that has it then.
EDITS: list[tuple[dict[str, Any], str, Any, str]] = [
    ({"summary": "Old."}, "summary", "New.", "summary: New."),
    ({"excerpt": "Old."}, "summary", "New.", "excerpt: New."),
    ({"description": "Old."}, "summary", "New.", "description: New."),
    ({"authors": ["Ann"]}, "authors", ("Bo",), "- Bo"),
    ({"authors": "Ann, Bo"}, "authors", ("Bo", "Cy"), "authors: Bo, Cy"),
    ({"author": {"name": "Ann"}}, "authors", ("Bo",), "author: Bo"),
    ({"keywords": "a, b"}, "tags", ("a", "c"), "keywords: a, c"),
    ({"tags": "a, b"}, "tags", ("a", "c"), "tags: a, c"),
    ({"tags": [{"name": "a", "slug": "x"}]}, "tags", ("a", "c"), "- c"),
    ({"tags": [{"name": "a, b"}]}, "tags", ("a", "c"), "- c"),
    ({"keywords": {"a, b": 1}}, "tags", ("a", "c"), "  - c"),
    ({"category": "A"}, "topics", (TopicRef("Medigy", "B"),), "category: B"),
    ({"series": ["One"]}, "topics", (TopicRef("Series", "One"), TopicRef("Medigy", "B")), "- B"),
    ({"image": "/a.jpg"}, "image", MediaRef("/b.jpg"), "image: /b.jpg"),
    ({"images": ["/a.jpg", "/z.jpg"]}, "image", MediaRef("/b.jpg"), "- /b.jpg"),
    ({"cover": {"image": "/a.jpg", "hidden": False}}, "image", MediaRef("/b.jpg"), "  image: /b.jpg"),
    ({"header": {"teaser": "/a.jpg"}}, "image", MediaRef("/b.jpg", "Alt"), "  alt: Alt"),
    ({"redirect_from": ["/old"]}, "aliases", ("/old", "/new"), "- /new"),
    ({"aliases": ["/old"]}, "aliases", ("/a b",), "- /a b"),
    ({"lang": "fr"}, "language", "de", "lang: de"),
    ({"language": "fr"}, "language", "de", "language: de"),
]


@pytest.mark.parametrize(("keys", "field", "value", "line"), EDITS)
def test_an_edit_is_written_under_its_own_key(keys: dict[str, Any], field: str, value: Any, line: str) -> None:
    base = {"title": "x", "slug": "x", "date": "2023-01-31", **keys}
    data = f"---\n{dump(base)}---\n".encode()
    file = FileText(data, "x.md")
    written = rewrite(file, replace(file.record, **{field: value}))
    assert written.inexpressible == ()
    record = read(written.data, "x.md").record
    assert [_comparable(entry) for entry in _entries(getattr(record, field))] == [
        _comparable(entry) for entry in _entries(value)
    ]
    assert line in written.data.decode().splitlines()


def _entries(value: Any) -> list[Any]:
    return list(value) if isinstance(value, tuple) else [value]


def _comparable(value: Any) -> Any:
    return (value.vocabulary, value.label) if isinstance(value, TopicRef) else value


EMPTY_VALUES: dict[str, Any] = {
    **dict.fromkeys(("summary", "language"), ""),
    **dict.fromkeys(("authors", "tags", "topics", "aliases"), ()),
    **dict.fromkeys(("image", "modified_at")),
}


@pytest.mark.parametrize("field", EMPTY_VALUES)
def test_every_key_of_a_field_can_be_silenced(field: str) -> None:
    keys = {
        "summary": "A",
        "excerpt": "B",
        "description": "C",
        "author": "Ann",
        "authors": ["Bo"],
        "tags": ["a"],
        "tag": "b",
        "keywords": "c, d",
        "categories": ["A"],
        "category": "B",
        "series": "C",
        "image": "/a.jpg",
        "images": ["/b.jpg"],
        "cover": {"image": "/c.jpg"},
        "header": {"teaser": "/d.jpg"},
        "aliases": ["/a"],
        "alias": "/b",
        "redirect_from": ["/c"],
        "lang": "fr",
        "language": "de",
        "lastmod": "2023-01-01",
        "updated": "2023-01-02",
    }
    file = FileText(f"---\n{dump({'title': 'x', 'slug': 'x', 'date': '2023-01-31', **keys})}---\n".encode(), "x.md")
    written = rewrite(file, replace(file.record, **{field: EMPTY_VALUES[field]}))
    assert written.inexpressible == ()
    assert getattr(read(written.data, "x.md").record, field) == EMPTY_VALUES[field]


def test_a_file_that_already_has_the_wanted_values_stays_unchanged() -> None:
    keys = {
        "tags": ["Telehealth,", "AI, Privacy"],
        "keywords": "x; y",
        "authors": "Ann; Bo",
        "category": "A, B",
        "images": [{"src": "/a.jpg"}],
        "permalink": "/:year/:title/",
        "lang": "pt_BR",
    }
    data = f"---\n{dump({'title': 'x', 'slug': 'x', 'date': '2023-01-31', **keys})}---\n".encode()
    file = FileText(data, "x.md")
    assert rewrite(file, file.record).data == data
