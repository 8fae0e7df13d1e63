"""The files that items were imported from, and the log of imports."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from curation.frontmatter.reading.split import join
from curation.lib.processes import host_of_process
from curation.lib.web_urls import url_key
from curation.markdown.references import page_name

from .fields import HttpURLField
from .items import CuratedItem

#: The condition of files without an ID from another system.
_UNNAMED = Q(external_id="", md_name="")


class SourceDocument(models.Model):
    """A file that an item was imported from. An item has one primary document, and more where files repeat it.

    Front matter, and the text before and after it (`frontmatter.split`), are stored as read: keys without a column are
    kept, and an item that nobody edited is exported byte for byte. `record` is the `ItemRecord` of the last import as
    JSON: the base by which the next import distinguishes an editor's changes from changes of the file.
    """

    class Dialect(models.TextChoices):
        OPENPROJECT = "openproject", "OpenProject curation"
        BOOKMARK = "bookmark", "Dropmark bookmark"
        CONTRIBUTOR = "contributor", "Contributor centre"
        WORDPRESS = "wordpress", "WordPress post"
        PELICAN = "pelican", "Pelican article"
        HUGO = "hugo", "Plain Hugo"

    class Format(models.TextChoices):
        YAML = "yaml", "YAML"
        TOML = "toml", "TOML"
        JSON = "json", "JSON"
        META = "meta", "Pelican’s header"

    item = models.ForeignKey(CuratedItem, on_delete=models.CASCADE, related_name="documents")
    is_primary = models.BooleanField(default=True)
    source_system = models.CharField(max_length=100, blank=True)
    external_id = models.CharField("external ID", max_length=500, blank=True)
    md_name = models.CharField("mdName", max_length=255, blank=True)
    dialect = models.CharField(max_length=16, choices=Dialect.choices)
    path = models.CharField(
        max_length=1000, blank=True, help_text="Absolute, with undecodable bytes escaped. Blank: the file was deleted."
    )
    content_path = models.CharField(
        max_length=1000, blank=True, default="", help_text="The path below the content folder."
    )
    given_slug = models.CharField(
        max_length=500, blank=True, default="", help_text="The slug in the file, else its address."
    )
    inherited = models.JSONField(
        default=dict, help_text="Keys inherited from an _index.md above, each with its value and that file."
    )
    sha256 = models.CharField("SHA-256", max_length=64, help_text="Of its bytes and its inherited keys.")
    rules_version = models.CharField(
        max_length=16, blank=True, help_text="The version of the read rules by which it was read."
    )
    front_matter_format = models.CharField(max_length=4, choices=Format.choices, default=Format.YAML)
    opening = models.TextField(blank=True, help_text="The text before the front matter.")
    front_matter = models.TextField()
    closing = models.TextField(blank=True, help_text="The text between front matter and body.")
    raw_body = models.TextField(blank=True, help_text="The body, if not all its lines end with LF.")
    record = models.JSONField(default=dict)
    media = models.JSONField(
        default=dict, help_text="The files that it refers to, by use, as found by the last import."
    )
    page_name = models.CharField(
        max_length=255, blank=True, editable=False, help_text="The name by which links find it."
    )
    source_url = HttpURLField("source link", max_length=2000, blank=True)
    source_url_key = models.CharField(max_length=2000, blank=True, editable=False)
    imported_at = models.DateTimeField()

    class Meta:
        ordering = ["-is_primary", "path"]
        indexes = [
            models.Index(fields=["external_id", "source_system"], name="document_external_id"),
            models.Index(
                fields=["content_path"], condition=_UNNAMED & ~Q(content_path=""), name="document_content_path"
            ),
            models.Index(fields=["given_slug"], condition=~Q(given_slug=""), name="document_given_slug"),
            models.Index(fields=["sha256"], condition=_UNNAMED, name="document_sha256"),
            models.Index(fields=["md_name"], condition=~Q(md_name=""), name="document_md_name"),
            models.Index(fields=["source_url_key"], condition=Q(is_primary=False), name="document_further_link"),
            models.Index(fields=["page_name"], condition=~Q(page_name=""), name="document_page_name"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["path"], condition=~Q(path=""), name="document_path_unique"),
            models.UniqueConstraint(fields=["item"], condition=Q(is_primary=True), name="document_primary_unique"),
            models.UniqueConstraint(
                fields=["source_system", "external_id"],
                condition=Q(is_primary=True) & ~Q(external_id=""),
                name="document_external_id_unique",
            ),
        ]

    def __str__(self) -> str:
        return self.path

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.source_url_key, self.page_name = url_key(self.source_url), page_name(self.path)
        if not self.content_path:
            _before, content, below = self.path.rpartition("/content/")
            self.content_path = below if content else self.path.rpartition("/")[2]
        super().save(*args, **kwargs)

    @property
    def data(self) -> bytes:
        """The bytes of the file at the last import."""
        return join(self.opening, self.front_matter, self.closing, self.raw_body or self.record["body"])


class ImportRun(models.Model):
    """One import: its user, options, counts and outcome.

    A running import updates `heartbeat_at`; a constraint allows one at a time. A run that died (SIGKILL, power) is
    detected by its process or an old heartbeat, and marked interrupted by the next. A run from the admin is queued for
    a worker; `upload` is the folder of its files.
    """

    class Outcome(models.TextChoices):
        QUEUED = "queued", "Queued"
        RUNNING = "running", "Running"
        FINISHED = "finished", "Finished"
        FAILED = "failed", "Failed"
        INTERRUPTED = "interrupted", "Interrupted"
        UNDONE = "undone", "Undone"

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    started_by = models.CharField(max_length=200, help_text="The name of the editor or of the operating system's user.")
    process = models.CharField(
        max_length=64, blank=True, help_text="The process that runs it (curation.lib.processes)."
    )
    paths = models.JSONField(default=list, help_text="Absolute paths, or the names of uploads.")
    options = models.JSONField(default=dict)
    upload = models.CharField(max_length=32, blank=True)
    failures_of = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        help_text="The run whose rejected files it imports again.",
    )
    files = models.PositiveIntegerField(default=0, help_text="Number of files, if known at the start.")
    outcome = models.CharField(max_length=16, choices=Outcome.choices, default=Outcome.RUNNING)
    started_at = models.DateTimeField(auto_now_add=True)
    heartbeat_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    counts = models.JSONField(default=dict)
    made = models.JSONField(default=dict, help_text="Ids of topics, offerings, … that it created, by model.")
    message = models.TextField(blank=True, help_text="The reason for its outcome.")

    class Meta:
        verbose_name = "import"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["outcome"], condition=Q(outcome="running"), name="importrun_one_at_a_time")
        ]

    def __str__(self) -> str:
        return f"Import {self.pk}"

    @property
    def host(self) -> str:
        """The host that it runs or ran on."""
        return host_of_process(self.process)


class ImportRecord(models.Model):
    """The outcome of one file of a run, for files that were changed or have problems.

    `before` and `after` are the item's states around the change (`items.record.undo_state`): an undo restores `before`,
    and compares with `after` to keep an editor's later changes. `before` is `None` for an item that the run created.
    `is_undone` marks records that an interrupted undo has completed.
    """

    class Outcome(models.TextChoices):
        CREATED = "created", "Created"
        UPDATED = "updated", "Updated"
        CONFLICTED = "conflicted", "Conflicted"
        UNCHANGED = "unchanged", "Unchanged"
        SKIPPED = "skipped", "Skipped"
        REJECTED = "rejected", "Rejected"
        PRUNED = "pruned", "Archived"

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="records", db_index=False)  # see below
    item = models.ForeignKey(CuratedItem, null=True, blank=True, on_delete=models.SET_NULL, related_name="imports")
    path = models.CharField(max_length=1000)
    sha256 = models.CharField("SHA-256", max_length=64, blank=True)
    outcome = models.CharField(max_length=16, choices=Outcome.choices)
    slug = models.CharField(max_length=255, blank=True)
    problems = models.JSONField(default=list)
    unmapped = models.JSONField("keys without a column", default=list)
    before = models.JSONField(null=True, blank=True)
    after = models.JSONField(null=True, blank=True)
    is_undone = models.BooleanField(default=False)

    class Meta:
        verbose_name = "file of an import"
        verbose_name_plural = "files of imports"
        ordering = ["id"]
        indexes = [models.Index(fields=["run", "outcome"], name="importrecord_outcome")]

    def __str__(self) -> str:
        return self.path


class Conflict(models.Model):
    """A field that both an editor and a file changed. The editor's value was kept; an editor decides."""

    item = models.ForeignKey(CuratedItem, on_delete=models.CASCADE, related_name="conflicts")
    run = models.ForeignKey(ImportRun, null=True, on_delete=models.SET_NULL, related_name="conflicts")
    field = models.CharField(max_length=50)
    base = models.JSONField(null=True)
    theirs = models.JSONField("in the file", null=True)
    ours = models.JSONField("here", null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["item", "field"]
        constraints = [models.UniqueConstraint(fields=["item", "field"], name="conflict_unique")]

    def __str__(self) -> str:
        return f"{self.field} of {self.item}"
