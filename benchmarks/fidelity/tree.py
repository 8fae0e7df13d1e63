"""HTML as a mutable tree, parsed as browsers do."""

from collections.abc import Iterator
from typing import Any

import html5lib


class Node:
    """An element: its tag, attributes and children, which are elements and texts. Comments are left out."""

    def __init__(self, tag: str, attributes: dict[str, str] | None = None, *children: "Node | str") -> None:
        self.tag = tag
        self.attributes = attributes or {}
        self.parent: Node | None = None
        self.children: list[Node | str] = []
        self.replace_children(*children)

    def replace_children(self, *children: "Node | str") -> None:
        self.children = list(children)
        for child in children:
            if isinstance(child, Node):
                child.parent = self

    def replace_with(self, *others: "Node | str") -> None:
        """Replace this element by nodes and texts; without any, remove it."""
        if self.parent is None:
            raise ValueError(f"<{self.tag}> has no parent")
        siblings = self.parent.children
        index = next(number for number, child in enumerate(siblings) if child is self)
        self.parent.replace_children(*siblings[:index], *others, *siblings[index + 1 :])

    def unwrap(self) -> None:
        """Replace the element by its children."""
        self.replace_with(*self.children)

    def get(self, name: str) -> str:
        return self.attributes.get(name, "")

    def walk(self) -> "Iterator[Node]":
        """Yield this element and those below it, in document order. The tree may change below what was yielded."""
        yield self
        for child in list(self.children):
            if isinstance(child, Node):
                yield from child.walk()

    def find(self, tag: str, **attributes: str) -> "Node | None":
        """Return the first element of a tag with these attributes (`class_` is a word of `class`)."""
        word = attributes.pop("class_", None)
        for node in self.walk():
            matches = all(node.attributes.get(name) == value for name, value in attributes.items())
            if node.tag == tag and matches and (word is None or word in node.get("class").split()):
                return node
        return None

    def ancestor(self, tag: str) -> "Node | None":
        node = self.parent
        while node is not None and node.tag != tag:
            node = node.parent
        return node

    @property
    def text(self) -> str:
        """All text below, unchanged."""
        return "".join(child if isinstance(child, str) else child.text for child in self.children)


def parse(markup: str) -> Node:
    """Return the `html` element of a page."""
    return _node(html5lib.parse(markup, treebuilder="etree", namespaceHTMLElements=False))


def _node(element: Any) -> Node:
    children: list[Node | str] = [element.text] if element.text else []
    for child in element:
        if isinstance(child.tag, str):
            children.append(_node(child))
        if child.tail:
            children.append(child.tail)
    attributes = {str(name): value for name, value in element.attrib.items()}
    return Node(element.tag.rpartition("}")[2], attributes, *children)
