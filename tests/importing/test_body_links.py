"""Links of bodies to other files and addresses lead to the items of these, whenever they are imported."""

from pathlib import Path

import pytest
from django.test import Client

from curation.importing.options import Options
from curation.importing.preview import preview
from curation.importing.sources.discover import discover
from curation.items import addresses
from curation.items.workflow import Verb, perform
from curation.models import Alias, BodyReference, CuratedItem, ImportRun
from tests.factories import COMMAND
from tests.views.pages import get

from .conftest import RunImport, WriteFile
from .test_body_files import draw

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_process")]


def links_of(slug: str) -> list[str | None]:
    return [link.get("href") for link in get(f"/news/{slug}/").all("div[@class='body']//a")]


@pytest.mark.parametrize(
    ("href", "file", "keys"),
    [
        ("../other.md", "post/other.md", {}),
        ("../other.md#part", "post/other.md", {}),
        ("../Other%20story.md", "post/Other story.md", {}),
        ("../other", "post/other.md", {}),
        ("../other/", "post/other/index.md", {}),
        ("../other.html", "post/other.md", {}),
        ("part-two/", "post/here/part-two.md", {}),
        ("/post/other/", "post/other.md", {}),
        ("/post/other.md", "post/other.md", {}),
        ("/post/a-slug/", "post/other.md", {}),
        ("/2024/01/31/other.html", "_posts/2024-01-31-other.md", {}),
        ("/blog/2024/01/31/other/", "blog/_posts/2024-01-31-other.md", {}),
        ("/news/2024/01/31/other/", "_posts/2024-01-31-other.md", {}),
        ("/docs/guide/other/", "_docs/guide/other.md", {}),
        ("/old/other.html", "x.md", {"aliases": ["/old/other.html"]}),
        ("../../old/other", "x.md", {"aliases": ["/old/other"]}),
        ("ref:other.md", "post/here/other.md", {}),
        ("ref:/post/other.md", "post/other.md", {}),
        ("ref:other.md#part", "elsewhere/deep/other.md", {}),
        ('{{< ref "/post/other.md" >}}', "post/other.md", {}),
        ('{{< relref "other.md#part" >}}', "elsewhere/deep/other.md", {}),
        ("{% link _posts/2024-01-31-other.md %}", "_posts/2024-01-31-other.md", {}),
        ("{% post_url 2024-01-31-other %}", "_posts/2024-01-31-other.md", {}),
        ("ref:other", "elsewhere/other/index.md", {}),
        ("{filename}/post/other.md", "post/other.md", {}),
        ("{filename}../other.md", "post/other.md", {}),
        ("@site/post/other.md", "post/other.md", {}),
        ("/news/a-slug/", "x.md", {}),
        ("../a-slug/", "x.md", {}),
    ],
)
@pytest.mark.parametrize("order", ["one run", "one by one", "first the link", "first the item"])
def test_a_link_leads_to_its_item(  # four fixtures
    href: str, file: str, keys: dict[str, object], order: str, write_file: WriteFile, import_: RunImport
) -> None:
    def link() -> None:
        write_file("post/here/index.md", slug="here", body=f"Read [this]({href}).")

    def item() -> None:
        write_file(file, slug="a-slug", link=None, **keys)

    first, second = (link, item) if order == "first the link" else (item, link)
    first()
    if order.startswith("first"):
        import_()
    second()
    report = import_(batch_size=1 if order == "one by one" else 500)
    part = "#part" if "#part" in href else ""
    assert links_of("here") == [f"/news/a-slug/{part}"]
    assert list(report.lines("warning")) == []


def test_a_link_distinguishes_files_that_differ_only_in_case(write_file: WriteFile, import_: RunImport) -> None:
    for name in ("Foo", "foo", "FOO/index"):
        write_file(f"{name}.md", title=f"As {name}", slug=None, link=None)
    write_file("here.md", slug="here", body="[a](Foo.md) [b](foo.md) [c](FOO/) [d](Foo) [e](fOO.md)")
    import_()
    addresses = {item.title: item.get_absolute_url() for item in CuratedItem.objects.all()}
    *exact, other = links_of("here")
    assert exact == [addresses[f"As {name}"] for name in ("Foo", "foo", "FOO/index", "Foo")]
    assert other in addresses.values()


@pytest.mark.parametrize("href", ["../setup/", "../setup", "ref:setup.md"])
def test_a_link_leads_to_the_file_beside_it_as_soon_as_that_exists(
    href: str, write_file: WriteFile, import_: RunImport
) -> None:
    write_file("a/setup.md", title="A", slug=None, link=None)
    write_file("b/here.md", body=f"[x]({href})")
    import_()
    assert links_of("here") == ["/news/setup/"]
    write_file("b/setup.md", title="B", slug=None, link=None)
    import_()
    assert links_of("here") == ["/news/setup-2/"]


def test_a_link_follows_its_item_to_another_address(write_file: WriteFile, import_: RunImport) -> None:
    write_file("a.md", body="[b](b.md)")
    write_file("b.md")
    import_()
    addresses.rename(CuratedItem.objects.get(slug="b"), "elsewhere", COMMAND)
    assert links_of("a") == ["/news/elsewhere/"]
    perform(Verb.WITHDRAWN, CuratedItem.objects.filter(slug="elsewhere"), COMMAND)
    assert links_of("a") == []


@pytest.mark.parametrize("options", [{}, {"batch_size": 1}, {"dry_run": True}, {"atomic": True}])
def test_only_links_that_lead_nowhere_cause_a_warning_in_each_run(
    options: dict[str, object], write_file: WriteFile, import_: RunImport
) -> None:
    links = "[a](gone.md) [a](gone.md) [b](/old/gone/) [c](data.zip) [d](z.md) [e](/later/) [f](https://example.org/)"
    write_file("a.md", body=links, breadcrumbs=["Home", "Gone", "A"], breadcrumbLinks=["/", "/gone/", ""])
    write_file("z.md", aliases=["/later"])
    first, second = import_(**options), import_(**options)
    for report in (first, second):
        found = [line.split(": ", 1)[1].split(" [")[0] for line in report.lines("warning")]
        nothing = "leads to nothing here and is shown as text; import its target, or correct it"
        assert found == [
            f"body: “gone.md” {nothing}",
            f"body: “/old/gone/” {nothing}",
            "body: “data.zip” is a file of a kind that is not kept, and shown as text; link it where it is on the web",
            f"breadcrumbLinks: “/gone/” {nothing}",
        ]
    assert first.counts["created"] == 2
    assert first.counts["seen"] == 2


def test_the_ledger_has_the_links_of_a_file_with_its_other_problems(write_file: WriteFile, import_: RunImport) -> None:
    write_file("a.md", body="[a](gone.md) ![b](gone.png)")
    import_()
    import_()
    for run in ImportRun.objects.all():
        record = run.records.get()
        assert [problem["code"] for problem in record.problems] == ["media", "link"]
        assert record.item == CuratedItem.objects.get()
        assert run.counts["warnings"] == 2


def test_a_preview_has_the_same_problems(write_file: WriteFile, content: Path) -> None:
    write_file("a.md", body="[a](gone.md) [b](b.md)")
    write_file("b.md")
    previewed = preview(discover([content]), Options(jobs=1))
    assert [problem["message"].split(" ")[0] for file in previewed.files for problem in file.problems] == ["“gone.md”"]
    assert previewed.counts["warnings"] == 1


def test_a_link_to_a_name_of_several_items_leads_to_the_one_of_its_own_site(
    write_file: WriteFile, import_: RunImport
) -> None:
    for site in ("one", "two"):
        write_file(f"{site}/a.md", slug=f"{site}-a", body="[b](/b/)")
        write_file(f"{site}/b.md", slug=f"{site}-b")
    import_()
    assert links_of("one-a") == ["/news/one-b/"]
    assert links_of("two-a") == ["/news/two-b/"]


def test_a_ref_to_a_name_of_two_files_causes_a_warning(write_file: WriteFile, import_: RunImport) -> None:
    write_file("here/a.md", body="[b](ref:b.md)")
    for site in ("one", "two"):
        write_file(f"{site}/b.md", slug=f"{site}-b")
    assert [line for line in import_().lines("warning") if "body: “b.md”" in line]
    assert links_of("a") == []


def test_a_link_leads_to_an_alias_as_soon_as_an_editor_adds_it(
    write_file: WriteFile, import_: RunImport, admin_client: Client
) -> None:
    write_file("a.md", body="[b](/old/b/)")
    write_file("b.md")
    import_()
    assert links_of("a") == []
    item = CuratedItem.objects.get(slug="b")
    admin_client.post("/admin/curation/alias/add/", {"path": "/old/b", "item": item.pk})
    assert Alias.objects.get().item == item
    assert links_of("a") == ["/news/b/"]


def test_a_body_with_pictures_and_links_is_rendered_with_their_addresses(
    content: Path, write_file: WriteFile, import_: RunImport
) -> None:
    draw(content / "post" / "a" / "pic.png")
    draw(content.parent / "static" / "img" / "x.jpg", "blue")
    body = (
        "![Chart](pic.png) ![Static](/img/x.jpg)\n\n"
        "[Other story](../other.md) [ref](ref:../other.md) [sub](part-two/) [q](?page=2) [jump](#my-part)\n\n"
        "## My part\n"
    )
    write_file("post/a/index.md", slug="f20-a", body=body)
    write_file("post/other.md")
    report = import_()
    page = get("/news/f20-a/")
    assert [(image.get("alt"), image.get("width")) for image in page.all("div[@class='body']//picture/img")] == [
        ("Chart", "40"),
        ("Static", "40"),
    ]
    other = "/news/other/"
    assert links_of("f20-a") == [other, other, "/news/f20-a/?page=2", "#my-part"]
    assert page.all("h2[@id='my-part']")
    assert [line.split("“")[1].split("”")[0] for line in report.lines("warning")] == ["part-two/"]
    assert "chart" not in str(CuratedItem.objects.get(slug="f20-a").summary).lower()


@pytest.mark.parametrize(
    ("body", "summary"),
    [
        ("![](x.png)", ""),
        ("![Chart](x.png)", ""),
        ('<img src="x.png" alt="Chart">', ""),
        ("![Chart](x.png)\n\nWords of the body.", "Words of the body."),
        ("![Chart](https://example.org/x.png)\n\nWords.", "Words."),
        ('<figure><img src="x.png"><figcaption>Of 2023</figcaption></figure>\n\nWords.', None),
    ],
)
def test_a_body_that_starts_with_a_picture_has_a_summary_of_text(
    body: str, summary: str | None, write_file: WriteFile, import_: RunImport
) -> None:
    write_file("a.md", body=body)
    import_()
    found = CuratedItem.objects.get().shown_summary
    assert "Image" not in found
    assert "Chart" not in found
    if summary is not None:
        assert found == summary


@pytest.mark.parametrize(
    "picture", ["![{}](data:image/png;base64,AAAA)", '<img src="data:image/png;base64,AAAA" alt="{}">']
)
def test_a_picture_in_a_data_url_causes_a_warning_and_leaves_its_text(
    picture: str, write_file: WriteFile, import_: RunImport
) -> None:
    write_file("a.md", body=f"{picture.format('A chart')} and {picture.format('')} here.")
    (line,) = (line for line in import_().lines("warning") if ": body: " in line)
    assert "2 pictures are written into the text" in line
    shown = CuratedItem.objects.get().body_html
    assert "A chart and" in shown
    assert "Image" not in shown


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("[{}](ftp://example.org/x)", "a link to “ftp://example.org/x” and 1 more are shown as text"),
        ("[{}](#my%20part)", "a link to “#my part” and 1 more are shown as text"),
    ],
)
def test_links_without_a_usable_address_cause_one_warning_per_file(
    link: str, expected: str, write_file: WriteFile, import_: RunImport
) -> None:
    write_file("a.md", body=f"{link.format('one')} and {link.format('two')}.")
    (line,) = (line for line in import_().lines("warning") if ": body: " in line)
    assert expected in line
    assert "href" not in CuratedItem.objects.get().body_html


def test_hidden_parts_cause_one_warning_per_file(write_file: WriteFile, import_: RunImport) -> None:
    write_file("a.md", body="<p hidden>one</p>\n\n<p hidden>two</p>\n\nthree")
    (line,) = (line for line in import_().lines("warning") if ": body: " in line)
    assert "2 parts of the body are hidden at the source" in line
    assert CuratedItem.objects.get().body_text == "three"


def test_drawings_and_formulas_cause_one_note_per_file(write_file: WriteFile, import_: RunImport) -> None:
    write_file("a.md", body="One <svg width=1><text>two</text></svg> <MATH><mi>x</mi></MATH> `<svg>` three")
    (line,) = (line for line in import_().lines("note") if ": body: " in line)
    assert "2 drawings or formulas in the text" in line
    assert CuratedItem.objects.get().body_text == "One <svg> three"


def test_links_take_as_many_queries_for_twice_as_many_files(write_file: WriteFile, import_: RunImport) -> None:
    from .test_cost import statements_of

    counts = []
    for folder, number in (("few", 3), ("many", 6)):
        for index in range(number):
            write_file(
                f"{folder}/{folder}-{index}.md",
                slug=f"{folder}-{index}",
                body=f"[a]({folder}-{index + 1}.md) [b](gone{index}.md) ![c](x{index}.png) [d](/topic/{index}/)",
            )
        counts.append(len(statements_of(import_)))
    assert counts[0] + 1 >= counts[1], "at most that items were there before"
    assert BodyReference.objects.count() == 4 * 9
