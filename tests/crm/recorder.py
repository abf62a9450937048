"""An SMS provider in a process of its own that writes down every message and can be asked by key.

`python -m tests.crm.recorder PORT FILE`: one request after the other; it never refuses a key that it has
seen, so that whatever is handed over twice stands in the file twice.
"""

import json
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

FILE = Path()


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with FILE.open("a") as out:
            out.write(said["key"] + "\n")
        self._answer(200, {"id": f"m-{said['key']}"})

    def do_GET(self):
        key = self.path.rsplit("/", 1)[-1]
        known = FILE.exists() and key in FILE.read_text().split()
        self._answer(200 if known else 404, {"id": key})

    def _answer(self, code, body):
        raw = json.dumps(body).encode()
        try:
            self.send_response(code)
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)
        except OSError:  # who asked was killed meanwhile
            pass

    def log_message(self, *args):
        pass


if __name__ == "__main__":
    FILE = Path(sys.argv[2])
    HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
