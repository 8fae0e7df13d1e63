# The site: web server (the default command), worker and management commands. docs/deploy.md explains how it is run.
# tests/test_dockerfile.py runs its commands in a scratch directory.

FROM python:3.11.14-slim-trixie AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /srv/medigy
RUN python -m venv /opt/venv
COPY requirements.lock ./
RUN /opt/venv/bin/pip install --require-hashes --only-binary :all: -r requirements.lock
COPY . .
# The key signs nothing here: static files do not depend on it.
# The folder above them is open: it is closed otherwise, and root's, and another user serves them.
RUN mkdir --mode=755 var && DEBUG=0 SECRET_KEY=only-for-collecting-static-files-while-an-image-is-built \
    STATIC_ROOT=/srv/medigy/var/static /opt/venv/bin/python manage.py collectstatic --no-input --verbosity 0 && \
    /opt/venv/bin/python -m compileall -q curation medigy

FROM python:3.11.14-slim-trixie
# pg_dump and pg_restore, for manage.py backup and restore, of the version of the server in compose.yaml. Their patches
# are to be taken.
# hadolint ignore=DL3008
RUN apt-get update && apt-get install --yes --no-install-recommends postgresql-client-17 && rm -rf /var/lib/apt/lists/*
RUN groupadd --gid 10001 medigy && \
    useradd --uid 10001 --gid medigy --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin medigy
COPY --from=build /opt/venv /opt/venv
COPY --from=build /srv/medigy /srv/medigy
RUN mkdir -p /data/media /data/uploads /data/form_uploads /data/backups && chown -R medigy:medigy /data
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    STATIC_ROOT=/srv/medigy/var/static MEDIA_ROOT=/data/media IMPORT_UPLOADS=/data/uploads \
    FORM_UPLOADS=/data/form_uploads LOCKS=/data
WORKDIR /srv/medigy
USER 10001
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/livez', timeout=4)"]
CMD ["gunicorn", "medigy.wsgi", "--bind", "0.0.0.0:8000"]
