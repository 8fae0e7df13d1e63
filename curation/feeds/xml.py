"""Writing XML. Every text and attribute goes through `add()`, which removes characters that XML forbids."""

from xml.etree.ElementTree import Element, SubElement, tostring

from curation.markdown import CONTROL_CHARACTERS


def add(parent: Element, tag: str, text: str = "", **attributes: str) -> Element:
    """Append an element to `parent`; attributes without a value are omitted."""
    present = {name: CONTROL_CHARACTERS.sub(" ", value) for name, value in attributes.items() if value}
    element = SubElement(parent, tag, present)
    element.text = CONTROL_CHARACTERS.sub(" ", text) or None
    return element


def document(root: Element) -> bytes:
    """Return a document in UTF-8 with an XML declaration."""
    written: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return written
