"""Who may look: one token, in a cookie or as a bearer, compared in constant time."""

from __future__ import annotations

import contextlib
import hmac
import os
import secrets
from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie
from pathlib import Path

TOKEN_FILE = ".token"
LEAST_TOKEN = 16  # characters of a token that a person chose


def site_token(folder: Path) -> str:
    """Return the site's own token, made once, so that open pages survive a restart.

    It lies beside the data that it opens, readable by the owner only.
    """
    path = folder / TOKEN_FILE
    with contextlib.suppress(OSError, UnicodeDecodeError):
        found = path.read_text(encoding="ascii").strip()
        if len(found) >= LEAST_TOKEN:
            return found
    made = secrets.token_urlsafe(32)
    with contextlib.suppress(OSError):  # a read-only site gets a token for this run
        path.unlink(missing_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(made + "\n")
    return made


def same(given: str, token: str) -> bool:
    """Compare in a time that does not depend on where they differ."""
    return hmac.compare_digest(given.encode(), token.encode())


def bearer_of(headers: Mapping[str, str]) -> str | None:
    """Return the token of an Authorization header."""
    kind, _, given = headers.get("authorization", "").partition(" ")
    return given.strip() if kind.lower() == "bearer" and given else None


def cookie_of(headers: Mapping[str, str], name: str) -> str | None:
    """Return the token of our cookie."""
    jar: SimpleCookie = SimpleCookie()
    try:
        jar.load(headers.get("cookie", ""))
    except CookieError:
        return None
    return jar[name].value if name in jar else None


def cookie_name(port: int) -> str:
    """Cookies do not tell ports apart, so the name does: two sites on one machine."""
    return f"minetwin-{port}"
