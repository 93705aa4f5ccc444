"""A local web server with good and bad manners."""

import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest


class Server:
    """Serves `files` (path → bytes) on 127.0.0.1; the first part of a path names a manner.

    plain: as it should be · whole: ignores ranges · cut: the first answer stops half-way · hang:
    accepts and never answers · stall: sends half and no more · gone: 404 · busy: 503 once ·
    shifted: answers a range with another one.
    `requests` lists (path, Range header) in order.
    """

    def __init__(self):
        self.files: dict[str, bytes] = {}
        self.requests: list[tuple[str, str | None]] = []
        self.stop = threading.Event()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._http.daemon_threads = True
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self._http.server_port}/{path}"

    def close(self) -> None:
        self.stop.set()
        self._http.shutdown()
        self._http.server_close()

    def _handler(server) -> type[BaseHTTPRequestHandler]:
        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_arguments):
                pass

            def do_GET(self):
                path = self.path.lstrip("/")
                manner, _, name = path.partition("/")
                asked = self.headers.get("Range")
                first = path not in [seen for seen, _ in server.requests]
                server.requests.append((path, asked))
                if manner == "hang":
                    server.stop.wait(20)
                    return
                if manner == "gone" or name not in server.files:
                    self.send_error(404)
                    return
                if manner == "busy" and first:
                    self.send_error(503)
                    return
                body, start = server.files[name], 0
                if asked and manner != "whole":
                    start = int(re.fullmatch(r"bytes=(\d+)-", asked)[1])
                    if manner == "shifted":
                        start -= 1
                    self.send_response(206)
                    self.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
                else:
                    self.send_response(200)
                body = body[start:]
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if manner == "stall":
                    self.wfile.write(body[: len(body) // 2])
                    self.wfile.flush()
                    server.stop.wait(20)
                elif manner in ("cut", "shifted", "whole") and first:
                    self.wfile.write(body[: len(body) // 2])
                else:
                    self.wfile.write(body)

        return Handler


@pytest.fixture
def server() -> Iterator[Server]:
    running = Server()
    yield running
    running.close()


@pytest.fixture(autouse=True)
def no_waiting_between_retries(monkeypatch):
    monkeypatch.setattr("pooch.core.time.sleep", lambda seconds: None)
