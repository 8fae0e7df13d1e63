"""The exit statuses of all commands, besides 0 for success. docs/operations.md explains them."""

#: The command ended, and something is not right: a file was rejected, a backup is damaged, rows and files differ.
PROBLEMS_FOUND = 1
#: The arguments, or the state of the site, do not allow what was asked for. Nothing was done.
WRONG_USAGE = 2
#: Another command is at work that this one must not run beside.
BUSY = 3
#: The disk or the database failed.
FAILED = 4
#: It was stopped by hand, as shells have it.
STOPPED = 130
