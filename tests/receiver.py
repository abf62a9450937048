"""A receiver of messages on loopback: a real HTTP server that answers as it is told and keeps what came."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any


@dataclass
class Receiver:
    """What came in, and what is answered next."""

    port: int = 0
    status: int = 200
    body: str = '{"errcode": 0}'
    taken: list[dict[str, Any]] = field(default_factory=list)
    # Take the message and break the connection off instead of answering.
    breaks_off: bool = False

    def address(self, path: str = "hook/0123456789abcdef") -> str:
        return f"json://127.0.0.1:{self.port}/{path}"


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Serve until the end of the block."""
    told = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told.taken.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            if told.breaks_off:
                self.close_connection = True
                return
            raw = told.body.encode()
            self.send_response(told.status)
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, *_args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    told.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield told
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
