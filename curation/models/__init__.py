"""The models, one subject a module."""

from .accounts import CodeAttempts
from .aliases import Alias, FormerName
from .authors import Author
from .body_references import BodyReference
from .content_version import ContentVersion
from .deleted import BinnedItem, DeletedItem, DeletedKey
from .editors import EditorProfile, SavedView
from .image_looks import ImageLook
from .images import Image
from .import_undos import ImportUndo
from .imports import Conflict, ImportRecord, ImportRun, SourceDocument
from .items import CuratedItem
from .offerings import Offering
from .pdfs import FormerDocument
from .presence import Presence
from .preview_links import PreviewLink
from .publishers import Publisher
from .relations import ItemAuthor, ItemOffering, ItemTag, ItemTopic
from .revisions import BulkChange, ItemDraft, Revision
from .saved_forms import SavedForm
from .search import SearchEntry, SearchWord
from .synonyms import DistinctNames, MergedRow, Synonym
from .tags import Tag
from .topics import Equivalence, Topic, Vocabulary
from .visibility import with_published_items
from .workers import WorkerHeartbeat

__all__ = [
    "Alias",
    "Author",
    "BinnedItem",
    "BodyReference",
    "BulkChange",
    "CodeAttempts",
    "Conflict",
    "ContentVersion",
    "CuratedItem",
    "DeletedItem",
    "DeletedKey",
    "DistinctNames",
    "EditorProfile",
    "Equivalence",
    "FormerDocument",
    "FormerName",
    "Image",
    "ImageLook",
    "ImportRecord",
    "ImportRun",
    "ImportUndo",
    "ItemAuthor",
    "ItemDraft",
    "ItemOffering",
    "ItemTag",
    "ItemTopic",
    "MergedRow",
    "Offering",
    "Presence",
    "PreviewLink",
    "Publisher",
    "Revision",
    "SavedForm",
    "SavedView",
    "SearchEntry",
    "SearchWord",
    "SourceDocument",
    "Synonym",
    "Tag",
    "Topic",
    "Vocabulary",
    "WorkerHeartbeat",
    "with_published_items",
]
