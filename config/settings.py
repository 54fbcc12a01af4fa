"""Settings. One file for laptop and clinic: the environment says which (see docs/operations.md)."""

from datetime import timedelta

from csp.constants import NONE, SELF

from config.environment import BASE, EMBEDDED, VAR, count, env, key, listed, private_folder, word
from config.unsafe import (
    SMALLEST_CLASS,
    refuse_a_demonstration_with_data,
    refuse_endless_grace,
    refuse_open_doors,
    refuse_silent_alerts,
    refuse_small_classes,
    refuse_weak_keys,
)
from config.version import version

VERSION = version()
DEBUG = False
SECRET_KEY = key("SECRET_KEY", "secret")
FIELD_KEYS = key("FIELD_KEYS", "field").split(",")  # newest first; older ones still decrypt
refuse_weak_keys(SECRET_KEY, FIELD_KEYS)
ALLOWED_HOSTS = listed("ALLOWED_HOSTS") or (["localhost", "127.0.0.1", "[::1]"] if EMBEDDED else [])
BASE_URL = env.str("BASE_URL", default="http://localhost:8000" if EMBEDDED else "")
CSRF_TRUSTED_ORIGINS = [BASE_URL] if BASE_URL else []
SITE_IS_DEMO = env.bool("THROUGHLINE_DEMO", default=False)
refuse_a_demonstration_with_data(is_demo=SITE_IS_DEMO, embedded=EMBEDDED)

INSTALLED_APPS = [
    "tracking",
    "reports",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_htmx",
    "csp",
    "rest_framework",
    "knox",
    "django_filters",
    "drf_spectacular",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "config.health.HealthWithoutSession",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "config.middleware.OwnLanguage",
    "config.middleware.OwnClock",
    "config.middleware.SessionLimits",
    "config.middleware.PrivateByDefault",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE / "config" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.context.site",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# --- data -----------------------------------------------------------------------------------------

DATA = private_folder("data")
if EMBEDDED:
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": DATA / "throughline.sqlite3",
            "OPTIONS": {
                # Read-then-write transactions lose to each other unless the lock is taken at the start.
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
            },
        }
    }
else:
    database = env.db_url("DATABASE_URL")
    if password := word("DATABASE_PASSWORD"):
        database["PASSWORD"] = password  # as it is: nothing in it is part of an address
    # Whoever waits is told within seconds that it does not answer, and not when the network gives up.
    database["OPTIONS"] = {"connect_timeout": 5} | database.get("OPTIONS", {})
    DATABASES = {"default": database | {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}}

APPLICATION_PASSWORD = word("APPLICATION_PASSWORD")  # that the owner gives to the application's role
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CONTACTS_FILE = private_folder("contacts") / "contacts.json"  # read when the database does not answer
BACKUPS = private_folder("backups")  # and what is known of the last one
BACKUP_RECIPIENTS = listed("BACKUP_RECIPIENTS")  # public keys of age; the secret ones are elsewhere
RELEASES = private_folder("releases")  # finished zips, one file each, removed after their life

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "throughline_cache",
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    },
}

# --- jobs -----------------------------------------------------------------------------------------

REDIS_URL = env.str("REDIS_URL", default="")
if REDIS_URL:
    CELERY_BROKER_URL = REDIS_URL
    CELERY_BROKER_TRANSPORT = "config.brokers.redis:Transport"
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, object] = {
        "socket_timeout": 2,
        "socket_connect_timeout": 2,
        "visibility_timeout": 3600,
        # A request that nudges waits for a dead broker once, not through pauses of 2 and 4 seconds.
        "max_retries": 0,
        "interval_start": 0,
        "interval_step": 0,
    }
else:
    CELERY_BROKER_URL = "localhost"  # which kombu wants said, also for files
    CELERY_BROKER_TRANSPORT = "config.brokers.files:Transport"
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(private_folder("broker/queue")),
        "data_folder_out": str(private_folder("broker/queue")),
        "control_folder": str(private_folder("broker/control")),
        "unreadable_folder": str(private_folder("broker/unreadable")),
        "polling_interval": 0.1,
    }
CELERY_TASK_IGNORE_RESULT = True  # results would carry health data
CELERY_TASK_STORE_ERRORS_EVEN_IF_IGNORED = False
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_PREFETCH_MULTIPLIER = 16
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_PUBLISH_RETRY = False  # a nudge may fail, the sweep finds the work
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE_FILENAME = str(private_folder("beat") / "schedule")

# --- people ---------------------------------------------------------------------------------------

AUTH_USER_MODEL = "tracking.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None  # people sign in by mail address; the model has no user name
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_ADAPTER = "config.accounts.ClosedAdapter"  # nobody signs up: accounts are given
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # or anybody could have mail sent to anybody in the clinic's name
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
# Wrong passwords are counted by ``config.accounts``, and only failures: whoever works in one clinic shares an address.
# Empty is no limit: a key of the mail and a passkey cannot be guessed. "login_failed" is left to codes of the second
# factor, which are asked for only after the password.
ACCOUNT_RATE_LIMITS = {
    "login": "",
    "login_failed": "5/15m/key",
    "reset_password": "100/15m/ip,5/15m/key",
    "reset_password_from_key": "",
}
# Seconds for which a signature, a grant or an approval does not ask again.
ACCOUNT_REAUTHENTICATION_TIMEOUT = 10 * 60
MFA_RATE_LIMITS = {"webauthn_login": ""}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_ALLOW_UNVERIFIED_EMAIL = True  # addresses are given by an administrator, not claimed by a visitor
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Throughline"
# For clinicians and raters, from their first day on. Administrators, stewards and researchers have none.
SECOND_FACTOR_GRACE_DAYS = count("SECOND_FACTOR_GRACE_DAYS", 7)
refuse_endless_grace(SECOND_FACTOR_GRACE_DAYS)

SESSION_COOKIE_AGE = 12 * 3600  # absolute; SessionLimits adds the idle limit
SESSION_IDLE_SECONDS = 30 * 60
SESSION_SEEN_SECONDS = 60  # so often, at most, is it noted that somebody is still there
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
LINK_LIFE = timedelta(days=7)
RELEASE_LIFE = timedelta(hours=24)
RELEASE_SMALLEST_CLASS = count("RELEASE_SMALLEST_CLASS", SMALLEST_CLASS)
refuse_small_classes(RELEASE_SMALLEST_CLASS, is_allowed=env.bool("RELEASE_CLASSES_BELOW_FIVE", default=False))
TEAM_FIGURES_BY_CLASS = env.bool("TEAM_FIGURES_BY_CLASS", default=False)

SECURE_TLS = env.bool("SECURE_TLS", default=not EMBEDDED)
TRUSTED_PROXIES = count("TRUSTED_PROXIES", 0)  # who asks is said by so many proxies of ours
refuse_open_doors(hosts=ALLOWED_HOSTS, base_url=BASE_URL, tls=SECURE_TLS, proxies=TRUSTED_PROXIES)
SECURE_SSL_REDIRECT = SECURE_TLS
SECURE_HSTS_SECONDS = 31_536_000 if SECURE_TLS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_TLS
SECURE_HSTS_PRELOAD = SECURE_TLS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE_TLS else None
# With "no-referrer" browsers send "Origin: null" and CSRF refuses every form.
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_TLS
SESSION_COOKIE_NAME = "__Host-session" if SECURE_TLS else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if SECURE_TLS else "csrf"
KNOWN_BROWSER_COOKIE_NAME = "__Host-known" if SECURE_TLS else "known"
KNOWN_BROWSER_LIFE = timedelta(days=180)  # since somebody last signed in from it
X_FRAME_OPTIONS = "DENY"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],  # the MFA page draws its code as a data URL
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    "camera": [],
    "geolocation": [],
    "microphone": [],
    "payment": [],
    "usb": [],
    "publickey-credentials-get": ["self"],
    "publickey-credentials-create": ["self"],
}

# --- the API --------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "tracking.api.authentication.ApiToken",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["tracking.api.parsing.StrictJSONParser"],
    "DEFAULT_METADATA_CLASS": None,
    "EXCEPTION_HANDLER": "tracking.api.errors.refusal",
    "URL_FORMAT_OVERRIDE": None,
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_THROTTLE_CLASSES": [
        "rest_framework.throttling.AnonRateThrottle",
        "rest_framework.throttling.UserRateThrottle",
    ],
    "DEFAULT_THROTTLE_RATES": {"anon": "30/min", "user": "600/min"},
    "NUM_PROXIES": TRUSTED_PROXIES,
}
REST_KNOX = {
    "TOKEN_TTL": timedelta(hours=12),
    "TOKEN_LIMIT_PER_USER": 10,
    "AUTO_REFRESH": False,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Throughline",
    "DESCRIPTION": "Courses of combined treatment: assessments, treatment, outcomes, de-identified releases.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "ENUM_NAME_OVERRIDES": {
        "PersonStateEnum": "reports.stats.present.State",
        "FlagStateEnum": "reports.models.FlagState",
    },
}

# --- words, time, files, mail, logs ---------------------------------------------------------------

LANGUAGE_CODE = "en-gb"
LANGUAGES = [
    ("en-gb", "English"),
    ("de", "Deutsch"),
    ("es", "Español"),
    ("ar", "العربية"),
]  # each by its own name
LOCALE_PATHS = [BASE / "config" / "locale", BASE / "measures" / "locale"]  # apps have theirs beside them
FORMAT_MODULE_PATH = "config.formats"
TIME_ZONE = env.str("TIME_ZONE", default="UTC")
USE_TZ = True
STATIC_URL = "static/"
STATIC_ROOT = VAR / "static"
STATICFILES_DIRS = [BASE / "config" / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "config.static_files.StaticFiles"},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
EMAIL_URL = word("EMAIL_URL") or ("consolemail://" if EMBEDDED else "")
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="") or ("no-reply@localhost" if EMBEDDED else "")
ALERT_RECIPIENTS = listed("ALERT_RECIPIENTS")  # told of an alert that nobody has taken on
if not EMBEDDED:
    refuse_silent_alerts(recipients=ALERT_RECIPIENTS, mail=EMAIL_URL, sender=DEFAULT_FROM_EMAIL)
EMAIL_CONFIG = env.email_url_config(EMAIL_URL)
if EMAIL_CONFIG["EMAIL_BACKEND"] == "django.core.mail.backends.smtp.EmailBackend":
    EMAIL_CONFIG["EMAIL_BACKEND"] = "config.mail.Backend"
vars().update(EMAIL_CONFIG)
EMAIL_TIMEOUT = 10  # seconds without a word from the server
EMAIL_DEADLINE = 30  # seconds for a mail as a whole, far below outbox.CLAIM_FOR

LOGGING_CONFIG = "config.logs.configure"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "config.logs.Line"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="WARNING")},
}
