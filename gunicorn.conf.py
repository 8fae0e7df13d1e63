"""Settings of gunicorn; its command line and GUNICORN_CMD_ARGS override them. docs/deploy.md explains the numbers."""

import ctypes
from contextlib import suppress
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from medigy import environment

# Only this machine reaches it: a proxy is in front, which buffers requests and responses. With --bind unix:FILE, only
# programs of its group do.
bind = "127.0.0.1:8000"
umask = 0o007
secure_scheme_headers = {"X-FORWARDED-PROTO": "https"}
control_socket_disable = True

# These checks are for .env: gunicorn has read its variables of the environment before this file.
try:
    env = environment.web_server()
    # Each thread has a database connection, so PostgreSQL needs workers times threads of them, and some for the others.
    workers = env.count("WEB_CONCURRENCY", 2, minimum=1, maximum=1000)
    # Whose X-Forwarded-Proto counts: a proxy on this machine or a Unix socket, and no other.
    forwarded_allow_ips = env.networks("FORWARDED_ALLOW_IPS", "127.0.0.1,::1")
except ImproperlyConfigured as error:
    raise SystemExit(f"error: {error}") from None
threads = 24
# glibc gives each thread a heap of its own, which keeps the most that it has ever held: a worker would grow to 500 MB.
# Two heaps for all are set before the workers are forked. Other C libraries do not have the option.
M_ARENA_MAX, HEAPS = -8, 2
with suppress(AttributeError):
    ctypes.CDLL(None).mallopt(M_ARENA_MAX, HEAPS)
worker_class = "medigy.gunicorn_worker.BufferingWorker"
worker_connections = 500  # of each worker, with those that wait for a thread

# Heads of requests: 32 kB at most.
limit_request_line = 8190
limit_request_fields = 64
limit_request_field_size = 8190
keepalive = 5  # seconds that a connection is kept for the next request

# A worker that does not come back to its loop is replaced; one that is stopped finishes its requests.
timeout = 60
graceful_timeout = 30
MEMORY = "/dev/shm"  # noqa: S108
if Path(MEMORY).is_dir():  # for heartbeats: a slow disk must not look like a worker that hangs
    worker_tmp_dir = MEMORY

# Off, as the proxy logs requests; --access-logfile - turns it on.
access_log_format = '%({x-forwarded-for}i)s %(t)s "%(r)s" %(s)s %(B)s %(L)s "%(f)s" "%(a)s"'
