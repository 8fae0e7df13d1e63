"""The admin for editors, one model a module; importing this package registers its model admins."""

from . import aliases, authors, binned_items, offerings, publishers, tags, today, topics, users  # noqa: F401
from .bulk import change_admin  # noqa: F401
from .images import image_admin  # noqa: F401
from .imports import conflicts, records, runs  # noqa: F401
from .items import body_references, item_admin  # noqa: F401
from .one_by_one import page as one_by_one_page  # noqa: F401
from .review import page as review_page  # noqa: F401
