"""The failures of backups."""


class BackupError(Exception):
    """A backup cannot be made, read or trusted. The message has the reason and the remedy."""


class DamagedBackup(BackupError):
    """A part of a backup is missing, truncated or changed."""


class NotCopied(BackupError):
    """A database cannot be copied as it is."""


class ToolFailed(BackupError):
    """A program of PostgreSQL ended with an error: of the disk, the server or the connection."""


class BackupBusy(BackupError):
    """Another process writes to the folder of backups."""
