"""All settings. Each comes from the environment; docs/operations.md explains them in a table."""

import logging
import re
import secrets
from base64 import b64encode
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from sentimatrix_studio import sockets
from sentimatrix_studio.environment import (
    MAIL_PORTS,
    encryption_keys,
    env,
    env_address,
    env_bool,
    env_certificates,
    env_choice,
    env_int,
    env_limit,
    env_list,
    env_networks,
    env_rate,
    is_weak,
    mail_server,
    own_secret,
)

BASE_DIR = Path(__file__).resolve().parent.parent


# What and where

ENVIRONMENT = env_choice("ENVIRONMENT", ("development", "production"), "development")
IS_PRODUCTION = ENVIRONMENT == "production"
DEBUG = env_bool("DEBUG", default=False)
DATA_DIR = Path(env("DATA_DIR", str(BASE_DIR / ".data"))).resolve()
VERSION = "0.1.0"


SECRET_KEY = env("SECRET_KEY")
if IS_PRODUCTION and is_weak(SECRET_KEY):
    raise ImproperlyConfigured(
        "Set SECRET_KEY (or SECRET_KEY_FILE) in production to a random text of 50 characters or more: "
        "openssl rand -base64 48"
    )
if not SECRET_KEY:
    SECRET_KEY = own_secret(DATA_DIR, "secret_key", lambda: secrets.token_urlsafe(50))


if not (_keys := env("ENCRYPTION_KEYS")):
    if IS_PRODUCTION:
        raise ImproperlyConfigured(
            "Set ENCRYPTION_KEYS (or ENCRYPTION_KEYS_FILE) in production: openssl rand -base64 32"
        )
    _keys = own_secret(DATA_DIR, "encryption_keys", lambda: f"own:{b64encode(secrets.token_bytes(32)).decode()}")
ENCRYPTION_KEYS = encryption_keys(_keys)
if IS_PRODUCTION and DEBUG:
    raise ImproperlyConfigured("DEBUG shows internals to everyone: leave it off in production.")
if IS_PRODUCTION and not env("ALLOWED_HOSTS"):
    raise ImproperlyConfigured("Set ALLOWED_HOSTS in production to the names this site answers to.")

ALLOWED_HOSTS = env_list("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = env_list("CSRF_TRUSTED_ORIGINS")
if not all(re.fullmatch(r"https?://[^/?#@\s]+", origin) for origin in CSRF_TRUSTED_ORIGINS):
    raise ImproperlyConfigured("CSRF_TRUSTED_ORIGINS must list origins such as https://studio.example.org.")
PUBLIC_URL = env("PUBLIC_URL").rstrip("/")  # where people reach the site, for links in what is sent to them
if PUBLIC_URL and not re.fullmatch(r"https?://[^/?#@\s]+", PUBLIC_URL):
    raise ImproperlyConfigured(f"PUBLIC_URL must look like https://studio.example.org, not {PUBLIC_URL!r}.")
TRUSTED_PROXIES = env_int("TRUSTED_PROXIES", 0, most=100)

# Applications

INSTALLED_APPS = [
    *(["daphne"] if DEBUG else []),  # for runserver alone, and a fifth of what a program takes to start
    "sentimatrix_studio.mongo.apps.MongoAdminConfig",
    "sentimatrix_studio.mongo.apps.MongoAuthConfig",
    "sentimatrix_studio.mongo.apps.MongoContentTypesConfig",
    "sentimatrix_studio.mongo.apps.MongoSessionsConfig",
    "django.contrib.messages",
    "servestatic",
    "sentimatrix_studio.static_files.OurStaticFilesConfig",
    "django.contrib.humanize",
    "sentimatrix_studio.mongo.apps.MongoAccountConfig",
    "sentimatrix_studio.mongo.apps.MongoMFAConfig",
    "sentimatrix_studio.mongo.apps.MongoUserSessionsConfig",
    "sentimatrix_studio.mongo.apps.MongoSocialAccountConfig",
    "allauth.socialaccount.providers.google",
    "allauth.socialaccount.providers.github",
    "sentimatrix_studio.mongo.apps.MongoDjangoQConfig",
    "allauth",
    "rest_framework",
    "drf_spectacular",
    "channels",
    "csp",
    "django_htmx",
    "import_export",
    "accounts.apps.AccountsConfig",
    "projects.apps.ProjectsConfig",
    "integrations.apps.IntegrationsConfig",
    "results.apps.ResultsConfig",
    "scraping.apps.ScrapingConfig",
    "sentimatrix_studio",
]
MIDDLEWARE = [
    "sentimatrix_studio.requests.request_id",
    "sentimatrix_studio.metrics.note_requests",
    "sentimatrix_studio.limits.rate_limits",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "sentimatrix_studio.compression.PageCompressionMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "sentimatrix_studio.requests.TimeZoneMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.sessions.note_last_seen",
    "accounts.sessions.lead_back",
    "django_htmx.middleware.HtmxMiddleware",
    "sentimatrix_studio.failures.refusals",
]
ROOT_URLCONF = "sentimatrix_studio.urls"
ASGI_APPLICATION = "sentimatrix_studio.asgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "sentimatrix_studio.context_processors.navigation",
            ],
            "builtins": [
                "accounts.templatetags.ui",
                "integrations.templatetags.keys",
                "django.templatetags.static",
                "django.contrib.humanize.templatetags.humanize",
            ],
        },
    }
]

# Data

_socket = sockets.mongodb(DATA_DIR)  # of a Studio that runs on this folder
MONGODB_URI = env_address(
    "MONGODB_URI",
    sockets.mongodb_uri(_socket) if _socket.is_socket() else "mongodb://127.0.0.1:27017/?replicaSet=rs0",
    schemes=r"mongodb(\+srv)?",
    example="mongodb://name:password@host:27017/?replicaSet=rs0",
)
MONGODB_NAME = env("MONGODB_NAME", "sentimatrix_studio")
DATABASES = {
    "default": {
        "ENGINE": "sentimatrix_studio.mongo",
        "HOST": MONGODB_URI,
        "NAME": MONGODB_NAME,
        # Acknowledged means written to the journal of a majority: a kill loses nothing.
        "OPTIONS": {
            "w": "majority",
            "journal": True,
            "retryWrites": True,
            "tz_aware": False,
            "serverSelectionTimeoutMS": 5000,
            # One that hangs is noticed after both of these; requests that wait for it are then answered with 503.
            "connectTimeoutMS": 5000,
            "heartbeatFrequencyMS": 2000,
        },
    }
}
DATABASE_ROUTERS = ["django_mongodb_backend.routers.MongoRouter"]
DEFAULT_AUTO_FIELD = "django_mongodb_backend.fields.ObjectIdAutoField"
MIGRATION_MODULES = {
    app: f"sentimatrix_studio.mongo.migrations.{app}"
    for app in ("admin", "auth", "contenttypes", "account", "mfa", "socialaccount", "usersessions", "django_q")
}
_socket = sockets.valkey(DATA_DIR)
REDIS_URL = env_address(
    "REDIS_URL",
    sockets.redis_url(_socket) if _socket.is_socket() else "redis://127.0.0.1:6379/0",
    schemes="rediss?|unix",
    example="redis://:password@host:6379/0",
)
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "studio",
        "OPTIONS": {"socket_timeout": 2, "socket_connect_timeout": 2},
    }
}
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [REDIS_URL], "prefix": "studio"},
    }
}
SESSION_ENGINE = "sentimatrix_studio.mongo.sessions"  # in Valkey, too, their keys would have to be kept from readers
SESSION_SERIALIZER = "sentimatrix_studio.mongo.sessions.SessionSerializer"
UPLOAD_MAX_BYTES = 200 * 2**20
EXPORT_LIFETIME = timedelta(hours=env_int("EXPORT_HOURS", 24, least=1, most=8760))  # of files that workers have made
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 2**20

WEB_WORKERS = env_int("WEB_WORKERS", 1, least=1)

# The queue only rings: jobs, steps and their leases are documents in MongoDB.

WORKERS = env_int("WORKERS", 2, least=1)
Q_CLUSTER: dict[str, Any] = {
    "name": "studio",
    "redis": REDIS_URL,
    "workers": WORKERS,
    "timeout": 3500,  # far beyond any step: a step renews its own lease, and is taken over when it stops doing so
    "retry": 3600,
    "queue_limit": 50,
    "bulk": 1,
    "recycle": 20,  # a worker process makes room now and then
    "save_limit": -1,
    "max_attempts": 1,
    "ack_failures": True,
    "catch_up": False,
    "label": "Queue",
}

# People

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.authentication.Backend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("name", "email")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 8}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "accounts.authentication.PasswordMixValidator"},
]
SIGNUP = env_choice("SIGNUP", ("open", "closed"), "open")
ACCOUNT_ADAPTER = "accounts.authentication.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_FORMS = {"signup": "accounts.forms.SignupForm", "reset_password": "accounts.forms.ResetPasswordForm"}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "optional"
ACCOUNT_EMAIL_CONFIRMATION_HMAC = False  # its signed form needs an integer key
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True  # a new password ends every session
ACCOUNT_CHANGE_EMAIL = True  # one address an account: a new one takes over once it is confirmed
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES
PASSWORD_RESET_TIMEOUT = 3600
ACCOUNT_SESSION_REMEMBER = True
REQUIRE_STAFF_MFA = env_bool("REQUIRE_STAFF_MFA", default=False)
ACCOUNT_REAUTHENTICATION_REQUIRED = True  # before what concerns the safety of an account
ACCOUNT_EMAIL_NOTIFICATIONS = True  # a mail for each change of password, address, second factor or connection
MFA_ADAPTER = "accounts.second_factor.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_FORMS = {"add_webauthn": "accounts.forms.PasskeyForm", "authenticate": "accounts.challenge.CodeForm"}
MFA_ALLOW_UNVERIFIED_EMAIL = True  # or nobody could turn it on before a mail server is named
SOCIALACCOUNT_ADAPTER = "accounts.providers.SocialAccountAdapter"
SOCIALACCOUNT_FORMS = {"disconnect": "accounts.forms.ConnectionsForm"}
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_REQUESTS_TIMEOUT = 5
GOOGLE_URL = env_address("GOOGLE_URL", "https://accounts.google.com")
GITHUB_URL = env_address("GITHUB_URL", "https://github.com")
PROVIDER_URLS = {"google": GOOGLE_URL.rstrip("/"), "github": GITHUB_URL.rstrip("/")}
SOCIALACCOUNT_PROVIDERS: dict[str, dict[str, Any]] = {  # those one can sign in with
    provider: {"APP": {"client_id": client_id, "secret": secret}, "OAUTH_PKCE_ENABLED": True}
    for provider, client_id, secret in (
        ("google", env("GOOGLE_CLIENT_ID"), env("GOOGLE_CLIENT_SECRET")),
        ("github", env("GITHUB_CLIENT_ID"), env("GITHUB_CLIENT_SECRET")),
    )
    if client_id
}
for _provider, _settings in SOCIALACCOUNT_PROVIDERS.items():
    if not _settings["APP"]["secret"]:
        raise ImproperlyConfigured(f"Set {_provider.upper()}_CLIENT_SECRET beside {_provider.upper()}_CLIENT_ID.")
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "dashboard"
LOGOUT_REDIRECT_URL = "landing"

# Mail: to files in the data directory until a server is named

DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", "Sentimatrix Studio <studio@localhost>")
if _address := env("EMAIL_URL"):
    _mail = mail_server(_address)
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST, EMAIL_PORT = _mail.hostname, _mail.port or MAIL_PORTS[_mail.scheme]
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = unquote(_mail.username or ""), unquote(_mail.password or "")
    EMAIL_USE_SSL = _mail.scheme == "smtps"
    EMAIL_USE_TLS = _mail.scheme == "smtp+tls" or (not EMAIL_USE_SSL and _mail.query == "tls=true")
    EMAIL_TIMEOUT = 10
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = str(DATA_DIR / "mail")

# The API

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["accounts.authentication.HasScope"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_THROTTLE_CLASSES": ["sentimatrix_studio.limits.Throttle"],
    "EXCEPTION_HANDLER": "sentimatrix_studio.problems.handle",
    "URL_FORMAT_OVERRIDE": None,  # "format" says what an export is written as
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "DEFAULT_SCHEMA_CLASS": "sentimatrix_studio.schema.AutoSchema",
}
LIMITS = {
    "user": env_limit("LIMIT_USER", "600/minute burst 200"),  # each API token, too
    "anonymous": env_limit("LIMIT_ANONYMOUS", "60/minute burst 60"),  # each address
    "sign_in": env_limit("LIMIT_SIGN_IN", "20/minute burst 20"),
    "password_reset": env_limit("LIMIT_PASSWORD_RESET", "10/hour burst 5"),
    "key_test": env_limit("LIMIT_KEY_TEST", "20/hour burst 10"),
    "webhook_test": env_limit("LIMIT_WEBHOOK_TEST", "60/hour burst 20"),
    "export": env_limit("LIMIT_EXPORT", "60/hour burst 10"),
}
RATELIMIT_IP_META_KEY = "sentimatrix_studio.requests.client_address"
COSTLY_PAGES = env_rate("LIMIT_COSTLY_PAGES", "30/m")
API_TAGS = (
    "Health", "Auth", "OAuth", "Projects", "Targets", "Jobs", "Schedules", "Results", "Dashboard", "Settings",
    "Webhooks", "Notifications", "Documentation",
)  # fmt: skip
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "OAS_VERSION": "3.1.1",
    "TITLE": "Sentimatrix Studio",
    "DESCRIPTION": "Collect what customers say, have it analysed, and read the answer.",
    "VERSION": VERSION,
    "SERVERS": [{"url": "/api/v1"}],
    "TAGS": [{"name": name} for name in API_TAGS],
    "COMPONENT_SPLIT_REQUEST": True,
    "SORT_OPERATIONS": False,  # as in the API map
    "SORT_OPERATION_PARAMETERS": False,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "PATH_CONVERTER_OVERRIDES": {
        "objectid": {"type": "string", "pattern": "^[0-9a-f]{24}$"},
        "slug": {"type": "string", "pattern": "^[-a-zA-Z0-9_]+$"},
    },
    "POSTPROCESSING_HOOKS": ["sentimatrix_studio.components.complete"],
    "ENABLE_DJANGO_DEPLOY_CHECK": False,  # it looks at routes outside of the API, too; tests hold the document
}
SIMPLE_JWT = {
    "ACCESS_TOKEN_LIFETIME": timedelta(minutes=15),
    "REFRESH_TOKEN_LIFETIME": timedelta(days=7),
}

# Analysis

TRANSFORMER_MODEL = env("TRANSFORMER_MODEL")  # a folder or a name at Hugging Face; no transformer engine without it
TRANSFORMER_EMOTION_MODEL = env("TRANSFORMER_EMOTION_MODEL")  # the same for emotions; it finds none without it
TRANSFORMER_LANGUAGES = env_list("TRANSFORMER_LANGUAGES", "en")  # codes of those its models read; * for all

# The outside world


OUTBOUND_ALLOW = env_networks("OUTBOUND_ALLOW")  # private networks that collection and webhooks may reach
# Of a proxy that all outgoing requests take.
OUTBOUND_PROXY = env_address("OUTBOUND_PROXY", example="http://proxy:3128")
OUTBOUND_CA_FILE = env_certificates("OUTBOUND_CA_FILE")  # certificates to trust besides the usual ones
USER_AGENT = env("USER_AGENT", f"SentimatrixStudio/{VERSION}")
if not (USER_AGENT.isascii() and USER_AGENT.isprintable()):
    raise ImproperlyConfigured(f"USER_AGENT must be of the letters and signs of ASCII, not {USER_AGENT!r}.")
CHROMIUM = env("CHROMIUM")  # a program, for projects that want the scripts of pages run; none without it
IGNORE_ROBOTS = env_list("IGNORE_ROBOTS")  # hosts whose robots.txt is not obeyed; the audit log says so

# Pages

LANGUAGE_CODE = "en"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
STATIC_URL = "static/"
STATIC_ROOT = env("STATIC_ROOT", str(DATA_DIR / "static"))
STATICFILES_DIRS = [BASE_DIR / "static"]
SERVESTATIC_USE_FINDERS = DEBUG
SERVESTATIC_AUTOREFRESH = DEBUG
SERVESTATIC_KEEP_ONLY_HASHED_FILES = True  # nothing asks for a plain name, and compressing takes half as long
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "sentimatrix_studio.static_storage.StaticStorage"
    },
}

# Security

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        # The form that begins a sign-in with a provider is answered with a redirect there, which counts as well.
        "form-action": [SELF, *(url for name, url in PROVIDER_URLS.items() if name in SOCIALACCOUNT_PROVIDERS)],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "manifest-src": [SELF],
    }
}
HTTPS = env_bool("HTTPS", default=IS_PRODUCTION)
SECURE_SSL_REDIRECT = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^(api/v1/)?(health|metrics)"]  # asked for from within, without the proxy
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "sentimatrix_studio.failures.csrf_failure"

IMPORT_EXPORT_USE_TRANSACTIONS = False  # there are none by Django's way on MongoDB
IMPORT_EXPORT_TMP_STORAGE_CLASS = "import_export.tmp_storages.CacheStorage"  # another web server may confirm
IMPORT_EXPORT_IMPORT_PERMISSION_CODE, IMPORT_EXPORT_EXPORT_PERMISSION_CODE = "add", "view"
SILENCED_SYSTEM_CHECKS: list[str] = []

# Health, figures, log

METRICS_TOKEN = env("METRICS_TOKEN")  # with it, and without an account, Prometheus may read /metrics
METRICS_PORT = env_int("METRICS_PORT", 0, most=65535)  # where a worker without a web server beside it is read from
LOG_FORMAT = env_choice("LOG_FORMAT", ("json", "text"), "json" if IS_PRODUCTION else "text")
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {"()": "sentimatrix_studio.logs.json_lines"},
        "text": {"()": "sentimatrix_studio.logs.text_lines"},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "django": {"handlers": []},  # in place of Django's own
        "django.server": {"handlers": [], "propagate": True},
        "django.request": {"level": "ERROR"},  # the rest is in the line that each request gets
        "httpx": {"level": "WARNING"},
    },
}
logging.captureWarnings(True)
