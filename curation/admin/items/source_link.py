"""The source link that a form gives an item: cleaned, and as it was found."""

from curation.lib.web_urls import url_key


def link_as_found(*, typed: str, link: str, former: str, original: str) -> str:
    """Return the `source_url_original` of an item whose source link an editor changed.

    `typed` is the new link before it was cleaned to `link`, `former` the link before that, `original` the link as it
    was found of `former`. An original that leads to another page than both, such as a short link, stays.
    """
    if original and (url_key(original) != url_key(former) or url_key(original) == url_key(link)):
        return original
    return typed if typed != link else ""
