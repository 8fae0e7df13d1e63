"""Links by which people without an account see an item before it is published."""

from django.db import models

from .items import CuratedItem


class PreviewLink(models.Model):
    """The version of the preview links of an item: a link of a former version is withdrawn.

    The links themselves are signed and are not stored: see `curation.items.preview_links`.
    """

    item = models.OneToOneField(CuratedItem, on_delete=models.CASCADE, related_name="preview_link")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"Preview links of {self.item}"
