"""Settings, by subject. What differs between machines comes from the environment.

Variables are read from the process environment first, then from a `.env` file beside `manage.py` (`make setup` writes
one with a fresh secret key). A missing or malformed variable stops the start with its name. docs/settings.md lists all.
"""

from datetime import datetime, time
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

from curation.lib.media_types import RENDITIONS
from curation.lib.site_url import LOCAL_NAMES, is_public, name_of, read_site_url
from curation.lib.time_zones import zone_of

BASE_DIR = Path(__file__).resolve().parent.parent

#: The least secret key of production: as Django's check security.W009 has it, with more different characters.
MIN_SECRET_LENGTH, MIN_SECRET_CHARACTERS = 50, 10

env = environ.Env()
env.read_env(BASE_DIR / ".env")


def flag(name: str) -> bool:
    """Return a boolean variable. Raises `ImproperlyConfigured` for any other word, which must not count as false."""
    words = {**dict.fromkeys(("1", "true", "yes", "on"), True), **dict.fromkeys(("", "0", "false", "no", "off"), False)}
    word = env.str(name, default="").lower()
    if word not in words:
        raise ImproperlyConfigured(f"{name} is “{word}”. Set it to 1 or 0.")
    return words[word]


def count(name: str, default: int) -> int:
    """Return a variable that is a whole number of 0 or more. Raises `ImproperlyConfigured` for any other text."""
    text = env.str(name, default=str(default))
    if not (text.isascii() and text.isdecimal()):
        raise ImproperlyConfigured(f"{name} is “{text}”. Set it to a whole number, such as {default}.")
    return int(text)


def one_of(name: str, choices: tuple[str, ...], default: str) -> str:
    """Return a variable in upper case that must be one of `choices`. Raises `ImproperlyConfigured`."""
    word: str = env.str(name, default=default).upper()
    if word not in choices:
        raise ImproperlyConfigured(f"{name} is “{word}”. Set it to one of {', '.join(choices)}.")
    return word


def secret(text: str, *, is_production: bool) -> str:
    """Return a secret key. Raises `ImproperlyConfigured` for none, or one that can be guessed in production."""
    remedy = (
        "Run `make setup`, which writes one into .env, or set it in the environment "
        "(python -c 'import secrets; print(secrets.token_urlsafe(50))' prints a good one)."
    )
    if not text:
        raise ImproperlyConfigured(f"SECRET_KEY is not set. {remedy}")
    if is_production and (len(text) < MIN_SECRET_LENGTH or len(set(text)) < MIN_SECRET_CHARACTERS):
        raise ImproperlyConfigured(
            f"SECRET_KEY can be guessed: it needs {MIN_SECRET_LENGTH} characters, "
            f"{MIN_SECRET_CHARACTERS} of them different. {remedy}"
        )
    return text


def site_url(text: str) -> str:
    """Return an address of a site, normalised. Raises `ImproperlyConfigured` for any other text."""
    try:
        return read_site_url(text)
    except ValueError as error:
        raise ImproperlyConfigured(f"SITE_URL: {error}") from error


def time_zone(name: str) -> str:
    """Return the name of a time zone. Raises `ImproperlyConfigured` if the time zone database lacks it."""
    try:
        return zone_of(name).key
    except ValueError as error:
        raise ImproperlyConfigured(f"TIME_ZONE: {error}") from error


def time_of_day(text: str) -> time:
    """Return a time of day. Raises `ImproperlyConfigured` for any other text."""
    try:
        return datetime.strptime(text, "%H:%M").time()
    except ValueError as error:
        raise ImproperlyConfigured(f"DESK_HOUR is “{text}”. Set it to a time of day like 9:00.") from error


# Name

SITE_NAME = env.str("SITE_NAME", default="Medigy")

# Security

DEBUG = flag("DEBUG")
SECRET_KEY = secret(env.str("SECRET_KEY", default=""), is_production=not DEBUG)
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
CSRF_TRUSTED_ORIGINS = [origin.strip() for origin in env.list("CSRF_TRUSTED_ORIGINS", default=[])]

# The address of the site, from which all absolute addresses are made, and further names that requests may have.
SITE_URL = site_url(env.str("SITE_URL", default="http://127.0.0.1:8000"))
SCHEME, _, SITE_HOST = SITE_URL.partition("://")
FURTHER_HOSTS = [host.strip() for host in env.list("ALLOWED_HOSTS", default=list(LOCAL_NAMES))]
ALLOWED_HOSTS = [name_of(SITE_HOST), *FURTHER_HOSTS]
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
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
BEHIND_PROXY = count("BEHIND_PROXY", default=0)  # number of trusted proxies: see curation.lib.client_address
if DEBUG and BEHIND_PROXY:
    raise ImproperlyConfigured(
        f"DEBUG is 1, and BEHIND_PROXY is {BEHIND_PROXY}: error pages would show code and settings to all who use "
        "the proxy. Set one of them to 0."
    )
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
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
    "search": count("SEARCHES_PER_MINUTE", default=120),
    "suggestions": count("SUGGESTIONS_PER_MINUTE", default=600),
    "api": count("API_REQUESTS_PER_MINUTE", default=300),
}

# Applications

INSTALLED_APPS = [
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
    "django.contrib.sessions.middleware.SessionMiddleware",
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
            "libraries": {"times": "curation.admin_site.times", "file_names": "curation.admin_site.file_names"},
        },
    },
]

# Database: a SQLite file by default, PostgreSQL by DATABASE_URL

VAR = BASE_DIR / "var"  # files that the site writes: database, media, collected static files
VAR.mkdir(mode=0o750, exist_ok=True)  # closed to other users of the machine, like the database file below
DATABASE_ENGINES = {"django.db.backends.sqlite3", "django.db.backends.postgresql"}
database = env.db_url("DATABASE_URL", default=f"sqlite:///{VAR / 'db.sqlite3'}")
if database.get("ENGINE") not in DATABASE_ENGINES:
    raise ImproperlyConfigured(
        "DATABASE_URL is not the address of a database. Set it to sqlite:///FILE or postgres://…."
    )
DATABASES = {"default": {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True, **database}}
LOCK_TIMEOUT_SECONDS = 30  # time that a change waits for another; on PostgreSQL only one of a web request
# Of a web server alone (`curation.db.availability`): commands, imports and the worker wait as long as it takes.
PROBE_TIMEOUT_SECONDS = 2  # for connecting, and for the first query of a request
READ_TIMEOUT_SECONDS = 10  # for any statement, beside the time that a change waits for another
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    if not DATABASES["default"]["NAME"].startswith((":memory:", "file:")):
        file = Path(DATABASES["default"]["NAME"])
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

try:
    CACHES = {"default": env.cache_url("CACHE_URL", default="dummycache://" if DEBUG else "locmemcache://")}
except ImproperlyConfigured as error:
    raise ImproperlyConfigured(f"CACHE_URL: {error}. Set it to redis://HOST:6379/0, or to nothing.") from error
if CACHES["default"]["BACKEND"] == "django.core.cache.backends.locmem.LocMemCache":
    max_bytes = count("CACHE_MEGABYTES", default=64) * 1024 * 1024
    CACHES["default"] |= {"BACKEND": "curation.caching.backends.MemoryCache", "OPTIONS": {"max_bytes": max_bytes}}
elif CACHES["default"]["BACKEND"] == "django.core.cache.backends.redis.RedisCache":
    CACHES["default"]["BACKEND"] = "curation.caching.backends.SignedRedisCache"
    # A server that does not answer delays a page by half a second, not minutes.
    timeouts = {"socket_connect_timeout": 0.5, "socket_timeout": 0.5}
    CACHES["default"]["OPTIONS"] = timeouts | CACHES["default"].get("OPTIONS", {})
elif CACHES["default"]["BACKEND"] != "django.core.cache.backends.dummy.DummyCache":
    # Django's other caches read pickles, with which whoever writes to them could run code here.
    raise ImproperlyConfigured("CACHE_URL is for another cache. Set it to redis://…, locmemcache:// or dummycache://.")
CDN_SECONDS = count("CDN_SECONDS", default=60)

# Files

STATIC_URL = "static/"
STATIC_ROOT = env.path("STATIC_ROOT", default=str(VAR / "static"))()
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_ROOT = BASE_DIR / "static" / "root"  # files that browsers request from the root: /favicon.ico
MEDIA_URL = "media/"
MEDIA_ROOT = env.path("MEDIA_ROOT", default=str(VAR / "media"))()
IMPORT_UPLOADS = env.path("IMPORT_UPLOADS", default=str(VAR / "uploads"))()  # never served: see curation.checks
# Files chosen in forms that were not saved, for a day; never served.
FORM_UPLOADS = env.path("FORM_UPLOADS", default=str(VAR / "form_uploads"))()
# Locks by which the processes of one machine wait for each other; no other user may write there.
LOCKS = env.path("LOCKS", default=str(VAR))()
DATA_UPLOAD_MAX_MEMORY_SIZE = 10_000_000  # of a form without its files; a body has its own, lower limit
DATA_UPLOAD_MAX_NUMBER_FILES = 500  # of one form: files are uploaded with their images
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
PICTURES = {
    "FILE_TYPES": [media_type.pillow_format for media_type in RENDITIONS],
    "USE_PLACEHOLDERS": False,
    "PROCESSOR": "curation.tasks.queue_renditions",
}

# Operations

BACKUP_KEY = env.str("BACKUP_KEY", default="")  # of manage.py backup and restore
SAFE_SQLITE = flag("SAFE_SQLITE")  # a SQLite with a known bug is an error of check --deploy
# Days for which manage.py prune keeps rows.
IMPORT_RECORD_DAYS = count("IMPORT_RECORD_DAYS", default=180)
TASK_RESULT_DAYS = count("TASK_RESULT_DAYS", default=7)

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
LOGIN_ATTEMPT_DAYS = count("LOGIN_ATTEMPT_DAYS", default=7)
# Passwords that each process hashes a minute for browsers that their account does not know; 0 is no limit.
STRANGER_LOGINS_PER_MINUTE = count("STRANGER_LOGINS_PER_MINUTE", default=20)

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
SECOND_FACTOR_EXEMPT = env.list("SECOND_FACTOR_EXEMPT", default=[])
if SECOND_FACTOR_EXEMPT and (HTTPS or BEHIND_PROXY or not set(ALLOWED_HOSTS) <= set(LOCAL_NAMES)):
    raise ImproperlyConfigured(
        "SECOND_FACTOR_EXEMPT is for trying out the site on one's own machine: users named there need no second "
        "factor. Remove it, or start without HTTPS and BEHIND_PROXY, and with no other name "
        f"in SITE_URL and ALLOWED_HOSTS than {', '.join(LOCAL_NAMES)}."
    )

# Language and time: times are stored, exported and answered in UTC

LANGUAGE_CODE = "en-us"
TIME_ZONE = time_zone(env.str("TIME_ZONE", default="UTC"))
USE_I18N = True
FORMAT_MODULE_PATH = "medigy.formats"
USE_TZ = True
DESK_HOUR = time_of_day(env.str("DESK_HOUR", default="9:00"))  # of a date without a time in forms

# Logging: to standard error

LOG_LEVEL = one_of("LOG_LEVEL", ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"), default="INFO")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "level": LOG_LEVEL}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    # It writes three lines for each log-in; `curation.passwords.attempts` logs wrong passwords.
    "loggers": {"axes": {"level": "WARNING"}},
}
