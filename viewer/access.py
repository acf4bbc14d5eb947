"""How a server may be reached: the checks before it binds an address."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import quote

from twin.errors import InputError
from twin.site import Site

from .auth import LEAST_TOKEN, site_token
from .guard import Door
from .hub import SEND_TIMEOUT

EVERYWHERE = ("0.0.0.0", "::", "")


@dataclass(frozen=True)
class Access:
    """How the server may be reached.

    token  opens it; the site's own when none is given
    cert, key  TLS, PEM files
    names  host names that the server answers to, beside the one that it binds
    """

    token: str = ""
    cert: Path | None = None
    key: Path | None = None
    names: tuple[str, ...] = ()
    send_timeout: float = SEND_TIMEOUT

    @property
    def secure(self) -> bool:
        """Whether there is TLS."""
        return self.cert is not None and self.key is not None

    @classmethod
    def from_environment(cls) -> Access:
        """MINETWIN_TOKEN, MINETWIN_CERT, MINETWIN_KEY, MINETWIN_HOSTS (commas)."""
        told = os.environ
        cert, key = told.get("MINETWIN_CERT"), told.get("MINETWIN_KEY")
        hosts = (name.strip() for name in told.get("MINETWIN_HOSTS", "").split(","))
        return cls(
            token=told.get("MINETWIN_TOKEN", ""),
            cert=Path(cert) if cert else None,
            key=Path(key) if key else None,
            names=tuple(name for name in hosts if name),
        )


def door_of(site: Site, host: str, port: int, access: Access) -> Door:
    """Check that the binding is safe and build the door; InputError when it is not."""
    if not is_loopback(host):
        where = f"serve --host {host}"
        if len(access.token) < LEAST_TOKEN or not access.secure:
            raise InputError(
                f"{where}: others can reach this address, so a token of at least "
                f"{LEAST_TOKEN} characters and TLS are needed; set MINETWIN_TOKEN, "
                "MINETWIN_CERT and MINETWIN_KEY, or leave the host at 127.0.0.1"
            )
        if host in EVERYWHERE and not access.names:
            raise InputError(
                f"{where}: it does not say by which name people will come; "
                "set MINETWIN_HOSTS to the exact names, separated by commas"
            )
    names = {*access.names} | ({host} if host not in EVERYWHERE else set())
    if is_loopback(host):
        names |= {"127.0.0.1", "localhost", "[::1]"}
    bare = {f"[{n}]" if ":" in n and not n.startswith("[") else n for n in names}
    token = access.token or site_token(site.folder)
    return Door.of(token, bare, port, secure=access.secure)


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach an address."""
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def address_of(site: Site, host: str, port: int, access: Access) -> str:
    """Return what a person opens, token included."""
    name = host if is_loopback(host) or not access.names else access.names[0]
    name = f"[{name}]" if ":" in name and not name.startswith("[") else name
    scheme = "https" if access.secure else "http"
    token = access.token or site_token(site.folder)
    return f"{scheme}://{name}:{port}/?token={quote(token, safe='')}"


def bind(host: str, port: int) -> socket.socket:
    """Open the port for this process alone; InputError when somebody else has it."""
    name = host.strip("[]")
    found = socket.socket(socket.AF_INET6 if ":" in name else socket.AF_INET)
    # On Windows SO_REUSEADDR would let another program take the port over.
    exclusive = getattr(socket, "SO_EXCLUSIVEADDRUSE", None)
    found.setsockopt(socket.SOL_SOCKET, exclusive or socket.SO_REUSEADDR, 1)
    try:
        found.bind((name, port))
    except OSError as error:
        found.close()
        raise InputError(
            f"serve: port {port} of {host} cannot be opened ({error.strerror}), "
            "another server may have it; give another with --port"
        ) from error
    found.set_inheritable(True)
    return found
