"""Programs that the Makefile runs, besides the commands of Django."""
