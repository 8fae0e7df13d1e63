"""The addresses at which other programs have feeds: WordPress, Hugo, Jekyll and Pelican.

Who subscribed to a site before it moved here, or guesses an address, gets the feed of the same list.
"""

import re

from curation.lib.page_urls import url
from curation.listing.lists import LISTS

_NAMES = "|".join(["news", "search", "archive", *(lists.name for lists in LISTS)])
#: The path of a list, and the name of a feed in it: a folder, as of WordPress, or a file.
_USUAL = re.compile(
    rf"(?P<list>/(?:(?:{_NAMES})/(?:[^\x00]+?/)??)??)"
    r"(?P<feed>(?:feed/)?(?:feed|rss2?|rdf|atom)/?|(?:index|rss|feed|atom|feeds/all[.]\w+)[.](?:xml|rss|atom|json))"
)


def feed_path(path: str) -> str | None:
    """Return the path that the feed at a usual address has here, whether or not there is such a list.

    The feed of the front page is that of all news.

    >>> feed_path("/topic/gartner-ai/feed/"), feed_path("/feed/atom"), feed_path("/feeds/all.atom.xml")
    ('/topic/gartner-ai/feed.rss', '/news/feed.atom', '/news/feed.atom')
    """
    usual = _USUAL.fullmatch(path)
    if usual is None:
        return None
    extension = next((some for some in ("atom", "json") if some in usual["feed"]), "rss")
    return f"{url('news') if usual['list'] == '/' else usual['list']}feed.{extension}"
