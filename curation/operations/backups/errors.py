"""The failures of backups."""


class BackupError(Exception):
    """A backup cannot be made, read or trusted. The message has the reason and the remedy."""


class DamagedBackup(BackupError):
    """A part of a backup is missing, truncated or changed."""


class NotCopied(BackupError):
    """A database cannot be copied as it is."""


class BackupBusy(BackupError):
    """Another process writes to the folder of backups."""
