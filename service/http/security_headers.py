"""Headers that tell browsers to take every answer for what it is; uvicorn adds them, worked out once."""

from base64 import b64encode
from collections.abc import Iterable
from hashlib import sha256

# uvicorn puts these before the headers of every answer, also of those that never reach the app.
SECURITY_HEADERS = [
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "no-referrer"),
    ("Cache-Control", "no-store"),  # a shared cache knows nothing of X-API-Key
]

# The page at /: its script and its style are files of their own, and nothing in it is made from text.
BUILT_PAGE_POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob: data:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    ]
)


def page_policy(scripts: Iterable[str]) -> str:
    """The Content-Security-Policy of a page with these scripts in it; all else that it uses comes from this service."""
    hashes = [f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'" for script in scripts]
    return "; ".join(
        [
            "default-src 'none'",
            " ".join(["script-src 'self'", *hashes]),
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data:",
            "connect-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        ]
    )
