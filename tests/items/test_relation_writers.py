"""Only `items/relations.py` writes item relations: a search of the code for other writers."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2] / "curation"
#: The writer, the modules that define the tables, and two that make rows for pages and save none.
WRITERS = {
    *(ROOT / "items/relations.py", ROOT / "models/relations.py", ROOT / "models/tags.py"),
    *(ROOT / "items/in_memory.py", ROOT / "admin/items/typed_page.py"),
}
MODELS = {"ItemRelation", "ItemTopic", "ItemOffering", "ItemAuthor", "ItemTag"}
MANAGERS = {"itemtopic_set", "itemoffering_set", "itemauthor_set", "itemtag_set"}
#: Managers of the rows on the other side, where `item.topics` is one.
MANY_TO_MANY = {"topics", "offerings", "authors", "tags"}
WRITES = {
    *("add", "set", "remove", "clear", "create", "get_or_create", "update_or_create", "bulk_create", "bulk_update"),
    *("update", "delete", "save", "insert"),
}


def names_in(node: ast.AST) -> set[str]:
    """Return the names and attributes of an expression."""
    names = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
    return names | {part.attr for part in ast.walk(node) if isinstance(part, ast.Attribute)}


def chain_of(node: ast.AST) -> set[str]:
    """Return the names that `a.b(c)[d].e` is a chain of: `a`, `b` and `e`."""
    names: set[str] = set()
    while isinstance(node, ast.Attribute | ast.Call | ast.Subscript):
        if isinstance(node, ast.Attribute):
            names.add(node.attr)
        node = node.func if isinstance(node, ast.Call) else node.value
    return names | ({node.id} if isinstance(node, ast.Name) else set())


def bindings_in(tree: ast.AST) -> Iterator[tuple[ast.AST, ast.AST]]:
    """Yield each target that is assigned, or looped over, with its value."""
    for node in ast.walk(tree):
        if isinstance(node, ast.For | ast.comprehension):
            yield node.target, node.iter
        elif isinstance(node, ast.Assign):
            yield from ((target, node.value) for target in node.targets)
        elif isinstance(node, ast.AnnAssign | ast.NamedExpr) and node.value is not None:
            yield node.target, node.value


def writes_in(source: str) -> list[str]:
    """Return the calls in a module that write item relations, or make rows of them."""
    tree = ast.parse(source)
    rows = MODELS | MANAGERS
    for _ in range(3):  # a name may be bound to another
        for target, value in bindings_in(tree):
            if names_in(value) & rows:
                rows |= {name.id for name in ast.walk(target) if isinstance(name, ast.Name)}
    return [ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Call) and _writes(node, rows)]


def _writes(call: ast.Call, rows: set[str]) -> bool:
    arguments = set().union(*map(names_in, call.args))
    if isinstance(call.func, ast.Name):
        return call.func.id in MODELS or (call.func.id in WRITES and bool(arguments & MODELS))
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in WRITES:
        return False
    receiver = call.func.value
    is_form = any(argument.arg == "commit" and ast.unparse(argument.value) == "False" for argument in call.keywords)
    through_item = isinstance(receiver, ast.Attribute) and receiver.attr in MANY_TO_MANY
    return not is_form and (through_item or bool(chain_of(receiver) & rows))


@pytest.mark.parametrize(
    "source",
    [
        "ItemTopic.objects.create(item=item, topic=topic)",
        "ItemTopic(item=item, topic=topic).save()",
        "models.ItemTag.objects.filter(tag=tag).delete()",
        "item.itemtopic_set.all().delete()",
        "item.tags.set(names)",
        "item.topics.add(topic)",
        "insert(ItemTopic, rows)",
        "rows = ItemTopic.objects.filter(item=item)\nrows.update(position=1)",
        "for model in (ItemTopic, ItemAuthor):\n    model._default_manager.filter(item=item).delete()",
        "for row in item.itemauthor_set.all():\n    row.delete()",
    ],
)
def test_every_way_of_writing_relations_is_found(source: str) -> None:
    assert writes_in(source)


@pytest.mark.parametrize(
    "source",
    [
        "ItemTopic.objects.filter(item=item).exists()",
        "rows.update(position=1)",
        "Topic.objects.create(label='A')",
        "names = ItemTopic.objects.values_list('topic')\nfound[names].add(1)",
    ],
)
def test_reading_relations_is_ignored(source: str) -> None:
    assert writes_in(source) == []


def test_no_other_module_writes_item_relations() -> None:
    modules = [path for path in ROOT.rglob("*.py") if path not in WRITERS and "migrations" not in path.parts]
    writes = {path.relative_to(ROOT).as_posix(): writes_in(path.read_text()) for path in modules}
    assert {path: calls for path, calls in writes.items() if calls} == {}
