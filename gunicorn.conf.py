"""Settings of gunicorn; its command line overrides them."""

#: A worker with threads sends heartbeats while it answers. A sync worker would be killed during a long download, such
#: as a large export.
threads = 4
