"""Everything the database holds, one subject a module."""

from .credits import Author, Publisher
from .images import Image
from .items import CuratedItem, ItemAuthor, ItemOffering, ItemTag, ItemTopic
from .ledger import Conflict, ImportRecord, ImportRun, SourceDocument
from .offerings import Offering
from .redirects import Alias, FormerName
from .references import BodyReference
from .search import SearchEntry, SearchWord
from .tags import Tag
from .taxonomy import Topic, Vocabulary
from .version import ContentVersion
from .visibility import with_published_items

__all__ = [
    "Alias",
    "Author",
    "BodyReference",
    "Conflict",
    "ContentVersion",
    "CuratedItem",
    "FormerName",
    "Image",
    "ImportRecord",
    "ImportRun",
    "ItemAuthor",
    "ItemOffering",
    "ItemTag",
    "ItemTopic",
    "Offering",
    "Publisher",
    "SearchEntry",
    "SearchWord",
    "SourceDocument",
    "Tag",
    "Topic",
    "Vocabulary",
    "with_published_items",
]
