"""Settings, by subject. What differs between machines comes from the environment.

Variables are read from the process environment first, then from a `.env` file beside `manage.py` (`make setup` writes
one with a fresh secret key). A missing or malformed variable stops the start with its name. docs/settings.md lists all.
"""

import os
import sqlite3
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from curation.lib.media_types import RENDITIONS
from curation.lib.site_url import LOCAL_NAMES, is_public, name_of, read_site_url
from curation.lib.sqlite_version import can_corrupt
from curation.lib.time_zones import zone_of
from medigy.environment import in_words, load

BASE_DIR = Path(__file__).resolve().parent.parent

env = load(os.environ)

# Name

SITE_NAME = env.text("SITE_NAME", "Medigy")

# Security

DEBUG = env.flag("DEBUG")
SECRET_KEY = env.secret_key("SECRET_KEY", is_production=not DEBUG)
SECRET_KEY_FALLBACKS = env.names("SECRET_KEY_FALLBACKS")
CSRF_TRUSTED_ORIGINS = env.origins("CSRF_TRUSTED_ORIGINS")

# The address of the site, from which all absolute addresses are made, and further names that requests may have.
SITE_URL = env.checked("SITE_URL", "http://127.0.0.1:8000", read_site_url)
SCHEME, _, SITE_HOST = SITE_URL.partition("://")
ALLOWED_HOSTS = [name_of(SITE_HOST), *env.hosts("ALLOWED_HOSTS", LOCAL_NAMES)]
# A site of this machine alone, as `make run` makes it, is for trying out.
ONLY_LOCAL_HOSTS = set(ALLOWED_HOSTS) <= set(LOCAL_NAMES)
PUBLIC_HOSTS = [host for host in ALLOWED_HOSTS if is_public(host)]
if DEBUG and PUBLIC_HOSTS:
    raise ImproperlyConfigured(
        f"DEBUG is 1, and SITE_URL or ALLOWED_HOSTS names the public host {PUBLIC_HOSTS[0]}: error pages would show "
        "its code and settings. Set DEBUG to 0."
    )

# With HTTPS, plain HTTP is redirected, and cookies are only sent over TLS.
HTTPS = SCHEME == "https"
SECURE_SSL_REDIRECT = HTTPS
SECURE_SSL_HOST = SITE_HOST
SECURE_REDIRECT_EXEMPT = ["^livez$", "^readyz$"]  # load balancers ask without TLS
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
# Off by default: browsers keep it for a year, and the lists that they are shipped with for longer.
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = env.flag("HSTS_PRELOAD") and HTTPS
BEHIND_PROXY = env.count("BEHIND_PROXY", 0, maximum=20)  # number of trusted proxies: see curation.lib.client_address
if DEBUG and BEHIND_PROXY:
    raise ImproperlyConfigured(
        f"DEBUG is 1, and BEHIND_PROXY is {BEHIND_PROXY}: error pages would show code and settings to all who use "
        "the proxy. Set one of them to 0."
    )
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
# HSTS, HTTPS and cookies follow from SITE_URL: `curation.checks.check_transport` explains what Django would repeat.
SILENCED_SYSTEM_CHECKS = [f"security.W{number}" for number in ("004", "005", "008", "010", "016", "021")]
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "curation.admin_site.error_pages.csrf_failure"

# Nothing is loaded from another host, and no inline script or style runs.
CONTENT_SECURITY_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "font-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
# Pages use none of these, but for passkeys.
PERMISSIONS_POLICY = {
    **dict.fromkeys(("accelerometer", "browsing-topics", "camera", "display-capture"), "()"),
    **dict.fromkeys(("geolocation", "gyroscope", "hid", "magnetometer", "microphone", "midi", "payment"), "()"),
    **dict.fromkeys(("screen-wake-lock", "serial", "usb", "xr-spatial-tracking"), "()"),
    **dict.fromkeys(("publickey-credentials-create", "publickey-credentials-get"), "(self)"),
}
# Set on every response that has no other value. Django's SecurityMiddleware and XFrameOptionsMiddleware set the rest.
SECURITY_HEADERS = {
    "Content-Security-Policy": "; ".join(f"{name} {sources}" for name, sources in CONTENT_SECURITY_POLICY.items()),
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{name}={allowed}" for name, allowed in PERMISSIONS_POLICY.items()),
}

# Requests: bodies in bytes, with and without a session of staff, and requests a minute of a client; 0 is no limit
MAX_UPLOAD_BYTES = 500_000_000
MAX_ANONYMOUS_BODY_BYTES = 64_000
RATE_LIMITS = {
    "search": env.count("SEARCHES_PER_MINUTE", 120),
    "suggestions": env.count("SUGGESTIONS_PER_MINUTE", 600),
    "api": env.count("API_REQUESTS_PER_MINUTE", 300),
}

# Applications

INSTALLED_APPS = [
    "medigy.apps.MedigyConfig",  # the first: its commands are in place of Django's
    "medigy.apps.CurationAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_filters",
    "django_htmx",
    "pictures",
    "taggit",
    "axes",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "curation",  # before django_tasks_db, whose worker it extends
    "django_tasks",
    "django_tasks_db",
]

MIDDLEWARE = [
    # These three set headers on all responses. The last one redirects to HTTPS.
    "curation.security.headers.SecurityHeadersMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "curation.middleware.HealthMiddleware",  # before all that checks hosts or needs the database
    "curation.security.hosts.HostMiddleware",
    "curation.middleware.HeadMiddleware",
    "curation.api.middleware.ApiMiddleware",
    "curation.security.methods.MethodMiddleware",
    "curation.page_cache.middleware.PageCacheMiddleware",  # a cached page needs none of the others
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "curation.accounts.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "curation.middleware.DatabaseMiddleware",  # before all that ask the database
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "curation.security.bodies.BodyLimitMiddleware",  # before all that reads forms
    "curation.security.rate_limits.RateLimitMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "curation.accounts.middleware.LastSeenMiddleware",
    "curation.admin_site.time_zones.EditorTimeZoneMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "curation.admin_site.second_factor.SecondFactorMiddleware",
    "curation.middleware.AliasRedirectMiddleware",
    "curation.admin_site.hashing_middleware.PasswordHashingMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "medigy.urls"
WSGI_APPLICATION = "medigy.wsgi.application"

FORM_RENDERER = "curation.templating.form_renderer.FormRenderer"
# Readers' pages are rendered by Jinja2, in a fraction of the time; the admin's templates are Django's.
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [BASE_DIR / "templates" / "reader"],
        "OPTIONS": {
            "environment": "curation.templating.environment.environment",
            "context_processors": ["curation.templating.context_processors.site"],
        },
    },
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            "libraries": {
                name: f"curation.admin_site.{name}" for name in ("combined_files", "file_names", "icons", "times")
            },
        },
    },
]

# Database: a SQLite file by default, PostgreSQL by DATABASE_URL

VAR = BASE_DIR / "var"  # files that the site writes: database, media, collected static files
with in_words("The folder for files of the site", VAR):
    VAR.mkdir(mode=0o750, exist_ok=True)  # closed to other users of the machine, like the database file below
ACCEPT_SQLITE_RISK = env.flag("ACCEPT_SQLITE_RISK")  # of a SQLite with a known bug
database = env.database("DATABASE_URL", f"sqlite:///{VAR / 'db.sqlite3'}")
DATABASES = {"default": {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True, **database}}
LOCK_TIMEOUT_SECONDS = 30  # time that a change waits for another; on PostgreSQL only one of a web request
# Of a web server alone (`curation.db.availability`): commands, imports and the worker wait as long as it takes.
PROBE_TIMEOUT_SECONDS = 2  # for connecting, and for the first query of a request
READ_TIMEOUT_SECONDS = 10  # for any statement, beside the time that a change waits for another
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    if not DATABASES["default"]["NAME"].startswith((":memory:", "file:")):
        if not (DEBUG or ONLY_LOCAL_HOSTS or ACCEPT_SQLITE_RISK) and can_corrupt(sqlite3.sqlite_version_info):
            raise ImproperlyConfigured(
                f"SQLite {sqlite3.sqlite_version} can, rarely, corrupt a database that several processes write to. Set "
                "DATABASE_URL to a PostgreSQL database, or take a Python with SQLite 3.51.3 or newer. If there is "
                "neither, ACCEPT_SQLITE_RISK=1 starts all the same: docs/operations.md tells what a site then needs."
            )
        file = Path(DATABASES["default"]["NAME"])
        with in_words("The file of DATABASE_URL", file):
            if file.parent.is_dir() and not file.exists():
                file.touch(mode=0o660)  # less the umask; SQLite's own files beside it get the same mode
    # Writers queue instead of failing (IMMEDIATE and a long timeout), and readers never wait for them (WAL).
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": LOCK_TIMEOUT_SECONDS,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-16384;",
    }
else:
    # A server that the network lost is noticed within half a minute, whether a statement runs or not.
    DATABASES["default"]["OPTIONS"] = {
        "connect_timeout": 10,
        "tcp_user_timeout": 30_000,
        "keepalives_idle": 15,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        **DATABASES["default"].get("OPTIONS", {}),
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Cache of readers' pages: in the memory of each process by default, shared in Redis, none in development

CACHES = {"default": env.cache("CACHE_URL", "dummycache://" if DEBUG else "locmemcache://")}
CACHE_MEGABYTES = env.count("CACHE_MEGABYTES", 64)
if CACHES["default"]["BACKEND"] == "django.core.cache.backends.locmem.LocMemCache":
    max_bytes = CACHE_MEGABYTES * 1024 * 1024
    CACHES["default"] |= {"BACKEND": "curation.caching.backends.MemoryCache", "OPTIONS": {"max_bytes": max_bytes}}
elif CACHES["default"]["BACKEND"] == "django.core.cache.backends.redis.RedisCache":
    CACHES["default"]["BACKEND"] = "curation.caching.backends.SignedRedisCache"
    # A server that does not answer delays a page by half a second, not minutes.
    timeouts = {"socket_connect_timeout": 0.5, "socket_timeout": 0.5}
    CACHES["default"]["OPTIONS"] = timeouts | CACHES["default"].get("OPTIONS", {})
elif CACHES["default"]["BACKEND"] != "django.core.cache.backends.dummy.DummyCache":
    # Django's other caches read pickles, with which whoever writes to them could run code here.
    raise ImproperlyConfigured("CACHE_URL is for another cache. Set it to redis://…, locmemcache:// or dummycache://.")
CDN_SECONDS = env.count("CDN_SECONDS", 60)

# Files

STATIC_URL = "static/"
STATIC_ROOT = env.folder("STATIC_ROOT", VAR / "static")
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_ROOT = BASE_DIR / "static" / "root"  # files that browsers request from the root: /favicon.ico
MEDIA_URL = "media/"
MEDIA_ROOT = env.folder("MEDIA_ROOT", VAR / "media")
IMPORT_UPLOADS = env.folder("IMPORT_UPLOADS", VAR / "uploads")  # never served: see curation.checks
# Files chosen in forms that were not saved, for a day; never served.
FORM_UPLOADS = env.folder("FORM_UPLOADS", VAR / "form_uploads")
# Locks by which the processes of one machine wait for each other; no other user may write there.
LOCKS = env.folder("LOCKS", VAR)
DATA_UPLOAD_MAX_MEMORY_SIZE = 10_000_000  # of a form without its files; a body has its own, lower limit
DATA_UPLOAD_MAX_NUMBER_FILES = 500  # of one form: files are uploaded with their images
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "medigy.static_files.HashedStaticFilesStorage"
    },
}
PICTURES = {
    "FILE_TYPES": [media_type.pillow_format for media_type in RENDITIONS],
    "USE_PLACEHOLDERS": False,
    "PROCESSOR": "curation.tasks.queue_renditions",
}

# Operations

BACKUP_KEY = env.text("BACKUP_KEY")  # of manage.py backup and restore
if BACKUP_KEY:
    from curation.operations.backups.encryption import find_key
    from curation.operations.backups.errors import BackupError

    try:
        find_key(BACKUP_KEY, "BACKUP_KEY")
    except BackupError as error:
        raise ImproperlyConfigured(str(error)) from None
# Days for which manage.py prune keeps rows.
IMPORT_RECORD_DAYS = env.days("IMPORT_RECORD_DAYS", 180)
TASK_RESULT_DAYS = env.days("TASK_RESULT_DAYS", 7)

# Background tasks: rows in the database, run by `manage.py db_worker`

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}

# Editors

LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"

# Passwords: which are accepted, how they are hashed, and how often one may try

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "curation.passwords.rules.OwnNameValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "curation.passwords.rules.BreachedPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
PASSWORD_HASHERS = ["curation.passwords.hashing.SerialPasswordHasher"]
AUTHENTICATION_BACKENDS = [
    "curation.passwords.attempts.AttemptsBackend",  # the first: it refuses before another hashes
    "django.contrib.auth.backends.ModelBackend",
]
AXES_HANDLER = "curation.passwords.attempts.AttemptsHandler"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]  # the attempts that a log-in resets
AXES_CLIENT_IP_CALLABLE = "curation.lib.client_address.client_network"
AXES_USERNAME_CALLABLE = "curation.passwords.attempts.username_of"
AXES_LOCKOUT_CALLABLE = "curation.passwords.attempts.refuse"
AXES_RESET_ON_SUCCESS = True
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
LOGIN_ATTEMPT_DAYS = env.days("LOGIN_ATTEMPT_DAYS", 7)
# Passwords that each process hashes a minute for browsers that their account does not know; 0 is no limit.
STRANGER_LOGINS_PER_MINUTE = env.count("STRANGER_LOGINS_PER_MINUTE", 20)

# Second factors and sessions of editors: django-allauth, for what follows the password alone

ACCOUNT_ADAPTER = "curation.accounts.adapters.AccountAdapter"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]  # there is no sign-up; checked against the login by user name
ACCOUNT_RATE_LIMITS = False  # they would count for each process alone: `CodeAttempts` counts for all
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60
MFA_ADAPTER = "curation.accounts.adapters.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_FORMS = {
    "authenticate": "curation.accounts.forms.LoginCodeForm",
    "reauthenticate": "curation.accounts.forms.ConfirmCodeForm",
    "activate_totp": "curation.accounts.forms.SetUpCodeForm",
}
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_TOLERANCE = 1  # steps of 30 seconds that the clock of a phone may be off
MFA_TOTP_ISSUER = SITE_NAME
SESSION_COOKIE_AGE = 7 * 24 * 3600  # after the last use
SESSION_COOKIE_HTTPONLY = True
SECOND_FACTOR_EXEMPT = env.names("SECOND_FACTOR_EXEMPT")
if SECOND_FACTOR_EXEMPT and (HTTPS or BEHIND_PROXY or not ONLY_LOCAL_HOSTS):
    raise ImproperlyConfigured(
        "SECOND_FACTOR_EXEMPT is for trying out the site on one's own machine: users named there need no second "
        "factor. Remove it, or start without HTTPS and BEHIND_PROXY, and with no other name "
        f"in SITE_URL and ALLOWED_HOSTS than {', '.join(LOCAL_NAMES)}."
    )

# Language and time: times are stored, exported and answered in UTC

LANGUAGE_CODE = "en-us"
TIME_ZONE = env.checked("TIME_ZONE", "UTC", zone_of).key
USE_I18N = True
FORMAT_MODULE_PATH = "medigy.formats"
USE_TZ = True
DESK_HOUR = env.time_of_day("DESK_HOUR", "9:00")  # of a date without a time in forms

# Read by gunicorn.conf.py; here so that each command refuses them as well

env.count("WEB_CONCURRENCY", 2, minimum=1, maximum=1000)
env.networks("FORWARDED_ALLOW_IPS", "127.0.0.1,::1")

# Logging: to standard error

LOG_LEVEL = env.one_of("LOG_LEVEL", ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"), "INFO")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "level": LOG_LEVEL}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    # It writes three lines for each log-in; `curation.passwords.attempts` logs wrong passwords.
    "loggers": {"axes": {"level": "WARNING"}},
}

# What is wrong with the lines of `.env`, when all variables have been read

ENV_FILE_FAULTS = env.faults()
