"""The form of an item stays small: few requests, little script, few styles. `make bench` prints the same."""

from django.test import Client

from benchmarks.item_form import MAX_REQUESTS, MAX_SCRIPT_BYTES, MAX_STYLE_BYTES, FormCost, loaded_files
from tests.admin.pages import ADD, edit_page
from tests.factories import make_item, make_topic


def test_the_form_loads_few_and_small_files(editor: Client) -> None:
    item = make_item(topics=[make_topic() for _ in range(30)])
    for path in (ADD, edit_page(item)):
        cost = FormCost([0.0], loaded_files(editor, path))
        assert 1 + len(cost.files) <= MAX_REQUESTS, sorted(cost.files)
        assert cost.size("js") <= MAX_SCRIPT_BYTES, cost.files
        assert cost.size("css") <= MAX_STYLE_BYTES, cost.files


def test_the_form_has_none_of_the_scripts_of_djangos_widgets(editor: Client) -> None:
    page = editor.get(ADD).content.decode()
    for name in ("jquery", "select2", "prepopulate", "DateTimeShortcuts", "jsi18n", "inlines.js"):
        assert name not in page
