"""Settings of one shop's installation. Everything that differs between machines comes from the environment.

In the embedded mode (no server addresses given) `shopops.embedded` puts addresses and generated secrets
into the environment before Django starts, so this file knows one way only.
"""

from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured
from django.utils.csp import CSP

# Tasks bind to this application, so each process that has Django has it. Not in the package's
# `__init__`, where it would cost every start of the embedded servers half a second.
import shopops.celery  # noqa: F401

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()

SHOPOPS_DATA = Path(env.str("SHOPOPS_DATA", default=str(BASE_DIR / "var"))).resolve()
DEBUG = env.bool("DEBUG", default=False)


def _required(name: str) -> str:
    value = env.str(name, default="")
    if not value:
        raise ImproperlyConfigured(
            f"{name} is not set. Outside the embedded mode every secret and server address must be "
            "given; see .env.example. `make up` and `manage.py` set them for the embedded mode."
        )
    return str(value)


SECRET_KEY = _required("SECRET_KEY")
# "2:<base64 of 32 bytes>,1:<…>": the first encrypts, all decrypt.
FIELD_KEYS = _required("FIELD_KEYS")

# True where a TLS proxy stands in front; the embedded mode serves plain HTTP on loopback.
SECURE = env.bool("SECURE", default=True)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "rest_framework",
    "drf_spectacular",
    "django_htmx",
    "shopops.lib",
    "shopops.work",
    "shopops.staff",
    "shopops.notices",
    "shopops.intake",
    "shopops.checks",
    "products",
    "orders",
    "crm",
    "promotions",
    "analytics",
]

MIDDLEWARE = [
    "shopops.lib.middleware.ServerTimingMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "shopops.lib.middleware.DatabaseDownMiddleware",
    "shopops.lib.middleware.UnreadableTextMiddleware",
    "shopops.lib.middleware.ReadOnceMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "shopops.lib.middleware.SwitchedLanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "shopops.staff.middleware.StaffMiddleware",
    # In place of allauth's own, which writes a row on every request.
    "shopops.staff.middleware.SessionLimitMiddleware",
    "shopops.staff.middleware.GateMiddleware",
]

ROOT_URLCONF = "shopops.urls"
WSGI_APPLICATION = "shopops.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csp",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "shopops.frame.frame",
            ],
            "builtins": ["shopops.lib.templatetags.shop"],
        },
    }
]

DATABASES = {"default": env.db_url_config(_required("DATABASE_URL"))}
DATABASES["default"].update(
    {
        "ATOMIC_REQUESTS": False,
        "CONN_HEALTH_CHECKS": True,
        "CONN_MAX_AGE": 0,
        "OPTIONS": {
            "pool": {"min_size": 1, "max_size": 8, "timeout": 5},
            "connect_timeout": 3,
            "options": "-c lock_timeout=3s -c idle_in_transaction_session_timeout=60s",
        },
    }
)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": _required("CACHE_URL"),
        "OPTIONS": {"socket_timeout": 1, "socket_connect_timeout": 1},
    }
}

# Sessions live in Postgres: a lost cache signs nobody out.
SESSION_ENGINE = "shopops.staff.sessions"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_ABSOLUTE_SECONDS = 12 * 3600
SESSION_IDLE_SECONDS = 30 * 60
SESSION_IDLE_WAREHOUSE_SECONDS = 15 * 60  # hand-helds lie about
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = False
CSRF_FAILURE_VIEW = "shopops.lib.views.csrf_failure"

AUTH_USER_MODEL = "staff.User"
AUTHENTICATION_BACKENDS = [
    "shopops.staff.backends.RoleBackend",
    "shopops.staff.backends.SignInBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "shopops.staff.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False  # this session stays, all others end
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_SESSION_REMEMBER = False
# Five failures for a name from an address close that door for a quarter of an hour (adapters.py).
ACCOUNT_RATE_LIMITS = {"login_failed": "10/m/ip,5/15m/key"}
# How many proxies of ours write X-Forwarded-For; what stands further left anybody may have sent.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=1 if SECURE else 0)
MFA_ADAPTER = "shopops.staff.adapters.SecondFactorAdapter"
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "ShopOps"
USERSESSIONS_TRACK_ACTIVITY = False  # SessionLimitMiddleware does, once a minute

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "shopops" / "locale"]
LANGUAGE_COOKIE_SAMESITE = "Lax"
USE_I18N = True
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = SHOPOPS_DATA / "static_root"
STATICFILES_DIRS = [BASE_DIR / "shopops" / "static"]
# The embedded mode serves the source folder itself: nothing to collect before the first page.
WHITENOISE_USE_FINDERS = not SECURE
WHITENOISE_AUTOREFRESH = DEBUG
if not SECURE and not DEBUG:
    # Their addresses carry a version (lib/assets.py), so a browser need not ask again.
    WHITENOISE_IMMUTABLE_FILE_TEST = r"/static/(shopops|vendor)/[^/]+\.(css|js|svg)$"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if SECURE
        else "shopops.lib.assets.VersionedStaticFilesStorage"
    },
}
MEDIA_ROOT = SHOPOPS_DATA / "files"
# No plain text in temporary files: imports bring their own handler (`intake.uploads`), which encrypts
# while it receives; any other upload must fit into memory or is dropped.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

# --- intake -------------------------------------------------------------------------------------
INBOX_DIR = Path(env.str("INBOX_DIR", default=str(SHOPOPS_DATA / "inbox")))
IMPORT_CSV_MAX_MB = env.int("IMPORT_CSV_MAX_MB", default=512)
IMPORT_XLSX_MAX_MB = env.int("IMPORT_XLSX_MAX_MB", default=50)
IMPORT_XLSX_MAX_ROWS = env.int("IMPORT_XLSX_MAX_ROWS", default=300_000)

# --- personal data --------------------------------------------------------------------------------
CONTACTS_KEPT_DAYS = env.int("CONTACTS_KEPT_DAYS", default=180)
ORIGINALS_KEPT_DAYS = env.int("ORIGINALS_KEPT_DAYS", default=90)
if min(CONTACTS_KEPT_DAYS, ORIGINALS_KEPT_DAYS) < 1:
    raise ImproperlyConfigured("CONTACTS_KEPT_DAYS and ORIGINALS_KEPT_DAYS are at least 1")

# --- messages ------------------------------------------------------------------------------------
# Where campaigns hand text messages over (`crm.actions.backends.gateway`), and whom to call for staff.
SMS_GATEWAY_URL = env.str("SMS_GATEWAY_URL", default="")
SMS_GATEWAY_TOKEN = env.str("SMS_GATEWAY_TOKEN", default="")
STAFF_NOTICE_URLS = env.list("STAFF_NOTICE_URLS", default=[])
# A font with Chinese characters for pictures of reports, where it lies in no usual place.
REPORT_FONT = env.str("REPORT_FONT", default="")

# --- security headers ---------------------------------------------------------------------------
SECURE_CSP = {
    "default-src": [CSP.SELF],
    "script-src": [CSP.SELF, CSP.NONCE],
    "style-src": [CSP.SELF, CSP.NONCE],
    "img-src": [CSP.SELF, "data:"],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "object-src": [CSP.NONE],
    "base-uri": [CSP.NONE],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
if SECURE:
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_NAME = "__Host-sessionid"
    CSRF_COOKIE_NAME = "__Host-csrftoken"
    LANGUAGE_COOKIE_SECURE = True

# --- work (reliability notes in docs/architecture.md) ---------------------------------------------
CELERY_BROKER_URL = _required("BROKER_URL")
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_DEFAULT_QUEUE = "quick"
CELERY_TASK_ROUTES = {"shopops.work.tasks.ring_import": {"queue": "imports"}}
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 20
CELERY_WORKER_ENABLE_SOFT_SHUTDOWN_ON_IDLE = True
CELERY_WORKER_MAX_TASKS_PER_CHILD = 200
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 512_000
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_TIME_LIMIT = 7200
CELERY_TASK_SOFT_TIME_LIMIT = 7100
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 300,
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
    "socket_timeout": 10,
    "socket_connect_timeout": 3,
    "health_check_interval": 30,
}
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = "Asia/Shanghai"
CELERY_ENABLE_UTC = True

# --- API ----------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "shopops.staff.api.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["shopops.staff.api.HasRight"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_THROTTLE_CLASSES": ["shopops.staff.api.CallerThrottle"],
    "DEFAULT_THROTTLE_RATES": {"caller": "600/min"},
    "UNAUTHENTICATED_USER": None,
    "COERCE_DECIMAL_TO_STRING": True,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "ShopOps",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["shopops.staff.api.IsSignedIn"],
    # One name for a set of choices, whatever the field that takes it is called.
    "ENUM_NAME_OVERRIDES": {
        "SpentOn": "crm.tier_choices.SpentOn",
        "PlatformStatus": "orders.choices.PlatformStatus",
        "RefundStatus": "orders.choices.RefundStatus",
        "BuyerAnswer": "orders.choices.BuyerAnswer",
        "HoldKind": "orders.choices.HoldKind",
        "CaseType": "orders.choices.CaseType",
        "RefundType": "orders.choices.RefundType",
        "CompensationKind": "orders.choices.CompensationKind",
        "ParcelChangeKind": "orders.choices.ParcelChangeKind",
        "SweepKind": "orders.choices.SweepKind",
        "TraceKind": "orders.choices.TraceKind",
        "ToldChannel": "orders.choices.ToldChannel",
        "ConsentChannel": "orders.choices.ConsentChannel",
        "CampaignState": "crm.choices.CampaignState",
        "MessageChannel": "crm.choices.Channel",
        "AdChannel": "promotions.choices.Channel",
        "PriceKind": "products.choices.PriceKind",
        "ProductStatus": "products.choices.ProductStatus",
        # --- partners, tests, material
        "DistributorState": "promotions.choices.DistributorState",
        "TrialState": "promotions.choices.TrialState",
        "MaterialKind": "promotions.choices.MaterialKind",
        "FestivalKind": "promotions.choices.FestivalKind",
        "ActivityKind": "promotions.choices.ActivityKind",
        "ActivityState": "promotions.choices.ActivityState",
        "PriceChangeState": "products.choices.PriceChangeState",
    },
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"scrub": {"()": "shopops.lib.logs.ScrubFilter"}},
    "formatters": {"json": {"()": "shopops.lib.logs.JsonFormatter"}},
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": "json",
            "filters": ["scrub"],
        }
    },
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", default="WARNING")},
    "loggers": {
        "shopops": {"level": env.str("LOG_LEVEL", default="INFO")},
        # It writes whole addresses at DEBUG, and those of robots hold their keys.
        "urllib3": {"level": "WARNING"},
    },
}
