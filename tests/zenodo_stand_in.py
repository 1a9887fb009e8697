"""A server that behaves as Zenodo's deposit API does, on this machine, and fails where it is told to."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import unquote

TOKEN = "tOkEn-0123456789"


@dataclass
class StandIn:
    """What the server holds, and how it is to fail.

    Attributes
    ----------
    fail : dict of (str, str) to list of (int, dict)
        By method and a part of the address, the answers before the good ones: status and headers. Status 0 is silence,
        1 ends the connection.
    wrong_checksum : set of str
        Files of which another checksum is told.
    """

    address: str = ""
    drafts: dict[int, dict[str, Any]] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    fail: dict[tuple[str, str], list[tuple[int, dict[str, str]]]] = field(default_factory=dict)
    wrong_checksum: set[str] = field(default_factory=set)
    body: bytes | None = None
    bucket: str | None = None


@contextmanager
def stand_in() -> Iterator[StandIn]:
    """Run the server as long as the block lasts."""
    state = StandIn()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.answered(b"")

        def do_POST(self) -> None:
            self.answered(self.read())

        def do_PUT(self) -> None:
            self.answered(self.read())

        def read(self) -> bytes:
            return self.rfile.read(int(self.headers["Content-Length"]))

        def answered(self, content: bytes) -> None:
            state.asked.append((self.command, self.path))
            state.tokens.append(self.headers.get("Authorization", ""))
            for (method, part), answers in state.fail.items():
                if answers and method == self.command and part in self.path:
                    status, headers = answers.pop(0)
                    if status == 0:
                        Thread.join(server_thread, 0.5)
                        return
                    if status == 1:
                        return
                    said = {
                        "message": f"no: {self.headers.get('Authorization')} \x1b[31m",
                        "errors": [{"field": "metadata.title", "message": "bad"}],
                    }
                    return self.say(status, said, headers)
            if self.headers.get("Authorization") != f"Bearer {TOKEN}":
                return self.say(401, {"message": "Unauthorized", "status": 401})
            self.good(content)

        def good(self, content: bytes) -> None:
            if state.body is not None:
                return self.raw(200, state.body)
            if self.path.startswith("/api/files/b1/"):
                name = unquote(self.path.removeprefix("/api/files/b1/"))
                state.files[name] = content
                md5 = hashlib.md5(content + b"x" * (name in state.wrong_checksum), usedforsecurity=False).hexdigest()
                return self.say(201, {"key": name, "size": len(content), "checksum": f"md5:{md5}"})
            if self.command == "POST":
                number = 41 + len(state.drafts) + 1
                state.drafts[number] = {"id": number, "submitted": False, "metadata": {}}
                return self.say(201, self.draft(number))
            number = int(self.path.rsplit("/", 1)[-1])
            if number not in state.drafts:
                return self.say(404, {"message": "PID does not exist."})
            if self.command == "PUT":
                state.drafts[number]["metadata"] = json.loads(content)["metadata"]
            return self.say(200, self.draft(number))

        def draft(self, number: int) -> dict[str, Any]:
            return {
                **state.drafts[number],
                "metadata": {**state.drafts[number]["metadata"], "prereserve_doi": {"doi": f"10.5281/zenodo.{number}"}},
                "files": [
                    {"filename": name, "checksum": hashlib.md5(held, usedforsecurity=False).hexdigest()}
                    for name, held in state.files.items()
                ],
                "links": {
                    "bucket": state.bucket or f"{state.address}/api/files/b1",
                    "html": f"{state.address}/deposit/{number}",
                },
            }

        def say(self, status: int, content: object, headers: dict[str, str] | None = None) -> None:
            self.raw(status, json.dumps(content).encode(), headers)

        def raw(self, status: int, content: bytes, headers: dict[str, str] | None = None) -> None:
            self.send_response(status)
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        state.address = f"http://127.0.0.1:{server.server_port}"
        server_thread = Thread(target=server.serve_forever, daemon=True, kwargs={"poll_interval": 0.01})
        server_thread.start()
        try:
            yield state
        finally:
            server.shutdown()
            server_thread.join()
