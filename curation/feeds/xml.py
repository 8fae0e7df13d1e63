"""Writing XML: every text and attribute goes through `add`, so that none can break the document."""

from xml.etree.ElementTree import Element, SubElement, tostring

from curation.rendering import CONTROL_CHARACTERS


def add(parent: Element, tag: str, text: str = "", **attributes: str) -> Element:
    """Put an element at the end of another; attributes without a value are left out."""
    said = {name: CONTROL_CHARACTERS.sub(" ", value) for name, value in attributes.items() if value}
    element = SubElement(parent, tag, said)
    element.text = CONTROL_CHARACTERS.sub(" ", text) or None
    return element


def document(root: Element) -> bytes:
    written: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return written
