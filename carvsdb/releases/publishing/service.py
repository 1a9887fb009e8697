"""Speaking with an archive over HTTP: the token goes to its host alone, and into no sentence.

References
----------
.. [1] Zenodo, REST API, "Depositions", "Deposition files", "Rate limiting", https://developers.zenodo.org
"""

import http.client
import json
import os
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote, urlsplit

from carvsdb.errors import InputError, RefusedError
from carvsdb.escaping import escaped
from carvsdb.regular_file import LARGEST_TABLE, open_regular

_LARGEST_ANSWER = 2**24
_SHOWN = 300  # characters of what a server says of an error
_TRIES = 4
_LONGEST_WAIT = 120.0  # s; who is to wait longer comes back later

_CAUSES = {
    400: "does not take what it was sent",
    401: "does not know the token",
    403: "does not allow this to the owner of the token, which needs the scope deposit:write",
    404: "has no such draft",
    409: "says that this is being changed by somebody else",
    413: "says that the file is too large",
    429: "says that it was asked too often",
}


@dataclass(frozen=True, slots=True)
class Archive:
    """An archive with the deposit API of Zenodo.

    Attributes
    ----------
    name : str
        As it is called in sentences.
    api : str
        Address of its API.
    variable : str
        The environment variable of its token.
    """

    name: str
    api: str
    variable: str

    @property
    def origin(self) -> tuple[str, str]:
        """Scheme and host, which alone are given the token."""
        parts = urlsplit(self.api)
        return parts.scheme, parts.netloc


ZENODO = Archive("zenodo.org", "https://zenodo.org/api", "ZENODO_TOKEN")
SANDBOX = Archive("sandbox.zenodo.org", "https://sandbox.zenodo.org/api", "ZENODO_SANDBOX_TOKEN")


def token_of(archive: Archive) -> str | None:
    """Return the token that the environment holds; None if there is none.

    Raises
    ------
    InputError
        If it is no token; the sentence does not show it.
    """
    token = os.environ.get(archive.variable, "").strip()
    if not token:
        return None
    if not (token.isascii() and token.isprintable() and " " not in token):
        raise InputError(f"{archive.variable} holds no token: it has blanks or characters that none has")
    return token


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None  # what would be followed is an error, with its status


@dataclass(frozen=True, slots=True)
class Service:
    """A session with an archive.

    Attributes
    ----------
    archive : Archive
    token : str
        Never part of a sentence, nor of the `repr`.
    timeout : float
        Seconds that the archive may be silent.
    wait : callable
        Waits so many seconds before something is tried again.
    """

    archive: Archive
    token: str = field(repr=False)
    timeout: float = 60.0
    wait: Callable[[float], None] = time.sleep

    def get(self, address: str) -> Any:
        """Return what is at an address, as JSON."""
        return self._asked("GET", address)

    def post(self, address: str, content: object) -> Any:
        """Make something new; where it may have been made, it is not tried again."""
        return self._asked("POST", address, content)

    def put(self, address: str, content: object) -> Any:
        """Replace what is at an address."""
        return self._asked("PUT", address, content)

    def put_file(self, address: str, name: str, path: Path) -> Any:
        """Put a file into a bucket, streamed."""
        return self._asked("PUT", f"{address.rstrip('/')}/{quote(name)}", path)

    def _asked(self, method: str, address: str, content: object = None) -> Any:
        if urlsplit(address)[:2] != self.archive.origin:
            said = f"names an address of another host, {address[:_SHOWN]}, which is not given the token"
            raise RefusedError(self._safe(f"{self.archive.name} {said}"))
        for number in range(1, _TRIES + 1):
            try:
                return self._once(method, address, content)
            except _TemporaryError as error:
                if number == _TRIES or error.wait > _LONGEST_WAIT or (method == "POST" and not error.unheard):
                    raise error.refused from error
                self.wait(error.wait or 2.0**number)
        raise AssertionError  # the last try returns or raises

    def _once(self, method: str, address: str, content: object) -> Any:
        headers = {"Authorization": f"Bearer {self.token}", "Accept": "application/json", "User-Agent": "carvsdb"}
        body: bytes | IO[bytes] | None = None
        if isinstance(content, Path):
            body = open_regular(content, LARGEST_TABLE)
            headers |= {
                "Content-Type": "application/octet-stream",
                "Content-Length": str(os.fstat(body.fileno()).st_size),
            }
        elif content is not None:
            body = json.dumps(content).encode()
            headers["Content-Type"] = "application/json"
        request = urllib.request.Request(address, body, headers, method=method)  # noqa: S310 - the archive's own
        try:
            with urllib.request.build_opener(_NoRedirects).open(request, timeout=self.timeout) as answer:
                return self._json(answer.read(_LARGEST_ANSWER))
        except urllib.error.HTTPError as error:
            with error:
                raise self._failed(error) from None
        except (OSError, http.client.HTTPException) as error:
            # A URLError holds its cause; that of a timeout is empty.
            cause = getattr(error, "reason", error)
            said = "did not answer in time" if isinstance(cause, TimeoutError) else f"cannot be reached ({cause})"
            hint = "a draft may have been made; look at your uploads there" if method == "POST" else None
            raise _TemporaryError(RefusedError(self._safe(f"{self.archive.name} {said}"), hint=hint)) from None
        finally:
            if body is not None and not isinstance(body, bytes):
                body.close()

    def _json(self, content: bytes) -> Any:
        try:
            return json.loads(content) if content else None
        except ValueError:
            raise RefusedError(f"{self.archive.name} answers with what is no JSON; is it in maintenance?") from None

    def _failed(self, error: urllib.error.HTTPError) -> Exception:
        status = error.code
        if 300 <= status < 400:
            to = urlsplit(error.headers.get("Location", "")).netloc or "another address"
            said = f"sends on to {to} ({status}), which is not followed: the token is not for it"
            return RefusedError(self._safe(f"{self.archive.name} {said}"))
        cause = _CAUSES.get(status, "failed" if status >= 500 else "refuses this")
        refused = RefusedError(self._safe(f"{self.archive.name} {cause} ({status}){_said(error)}"))
        if status == 429 or status >= 500:
            return _TemporaryError(refused, _seconds(error.headers.get("Retry-After")), unheard=status == 429)
        return refused

    def _safe(self, sentence: str) -> str:
        """Return what may be shown of a sentence that a server had a part in."""
        return escaped(sentence.replace(self.token, "***"))


class _TemporaryError(Exception):
    """What may go well a little later; `unheard` if it surely had no effect."""

    def __init__(self, refused: RefusedError, wait: float = 0.0, *, unheard: bool = False) -> None:
        super().__init__()
        self.refused = refused
        self.wait = wait
        self.unheard = unheard


def _said(error: urllib.error.HTTPError) -> str:
    """Return what a server says of an error, and of the fields that it does not like."""
    try:
        content = json.loads(error.read(_LARGEST_ANSWER))
        fields = "; ".join(f"{one['field']}: {one['message']}" for one in content.get("errors") or ())
        said = ": ".join(filter(None, [str(content.get("message") or ""), fields]))
    except (OSError, http.client.HTTPException, ValueError, AttributeError, KeyError, TypeError):
        return ""
    return f": {said[:_SHOWN]}" if said else ""


def _seconds(text: str | None) -> float:
    return float(text) if text is not None and text.strip().isdecimal() else 0.0
