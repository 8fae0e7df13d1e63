"""Where imported items came from, and what each import did."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from curation.frontmatter.split import join
from curation.links import url_key
from curation.processes import host_of
from curation.references import page_name

from .fields import HttpURLField
from .items import CuratedItem

#: Nothing in a file says by which name it is known elsewhere.
_UNNAMED = Q(external_id="", md_name="")


class SourceDocument(models.Model):
    """A file that an item was imported from. An item has one primary document, and more where files repeat it.

    The front matter is kept exactly as it was read, and so is what stands before and after it (`frontmatter.split`),
    so that keys without a column survive and an item nobody edited can be written back byte for byte. `record` is what
    the last import understood of the file (an `ItemRecord` as JSON): the base against which the next import tells an
    editor's change from the file's.
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
        max_length=1000, blank=True, help_text="Absolute, undecodable bytes escaped. Empty: the file is gone."
    )
    content_path = models.CharField(
        max_length=1000, blank=True, default="", help_text="The path below the content folder."
    )
    given_slug = models.CharField(
        max_length=500, blank=True, default="", help_text="The slug, or else the address, that it gives."
    )
    inherited = models.JSONField(
        default=dict, help_text="Keys that an _index.md above says for it, each with the value and that file."
    )
    sha256 = models.CharField("SHA-256", max_length=64, help_text="Of its bytes and of what it inherits.")
    front_matter_format = models.CharField(max_length=4, choices=Format.choices, default=Format.YAML)
    opening = models.TextField(blank=True, help_text="What stands before the front matter.")
    front_matter = models.TextField()
    closing = models.TextField(blank=True, help_text="What stands between front matter and body.")
    raw_body = models.TextField(blank=True, help_text="The body, where the ends of its lines are not all LF.")
    record = models.JSONField(default=dict)
    media = models.JSONField(default=dict, help_text="The files it points to, by use, as they were found last.")
    page_name = models.CharField(max_length=255, blank=True, editable=False, help_text="What links find it by.")
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
        """The file as it was read at the last import."""
        return join(self.opening, self.front_matter, self.closing, self.raw_body or self.record["body"])


class ImportRun(models.Model):
    """One import: who, when, with which options, what it did and how it ended.

    A run that is under way says so by `heartbeat_at`; only one can be (a database constraint). One that stopped
    without a word (kill -9, power) is found by its dead process or a heartbeat grown old, and marked interrupted by
    the next. One that the admin asked for may wait, queued, for a worker; `upload` names the files it was given.
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
    started_by = models.CharField(max_length=200, help_text="Who, in words: the editor, or the user of the machine.")
    process = models.CharField(max_length=64, blank=True, help_text="Which process is at it (curation.processes).")
    paths = models.JSONField(default=list, help_text="What was given: absolute paths, or the names of uploads.")
    options = models.JSONField(default=dict)
    upload = models.CharField(max_length=32, blank=True)
    failures_of = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        help_text="The run whose rejected files it tries again.",
    )
    files = models.PositiveIntegerField(default=0, help_text="How many there are, where that is known beforehand.")
    outcome = models.CharField(max_length=16, choices=Outcome.choices, default=Outcome.RUNNING)
    started_at = models.DateTimeField(auto_now_add=True)
    heartbeat_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    counts = models.JSONField(default=dict)
    made = models.JSONField(default=dict, help_text="Ids of topics, offerings, … that it made, by model.")
    message = models.TextField(blank=True, help_text="Why it ended as it did, where that is not plain.")

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["outcome"], condition=Q(outcome="running"), name="importrun_one_at_a_time")
        ]

    def __str__(self) -> str:
        return f"Import {self.pk}"

    @property
    def host(self) -> str:
        """The machine that it runs, or ran, on."""
        return host_of(self.process)


class ImportRecord(models.Model):
    """What a run did with one file that it did not find unchanged, or of which there is something to say.

    `before` and `after` are the item's state around the change (`importing.undo`): what an undo puts back, and what
    it compares with to leave an editor's later change alone. `before` is `None` for an item that the run made.
    `is_undone` tells an undo that is repeated, for it broke off, what it has done.
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
        ordering = ["id"]
        indexes = [models.Index(fields=["run", "outcome"], name="importrecord_outcome")]

    def __str__(self) -> str:
        return self.path


class Conflict(models.Model):
    """A field that an editor and a file changed both. The editor's value stayed; one click settles it."""

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
