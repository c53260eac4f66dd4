"""A web server for tests: it serves a folder, with Range, and misbehaves as it is told."""

import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote


class Server(ThreadingHTTPServer):
    """Serves ``folder`` under every address; what is asked for is kept in ``asked`` as (path, Range)."""

    daemon_threads = True

    def __init__(self, folder):
        super().__init__(("127.0.0.1", 0), Handler)
        self.folder = folder
        self.asked = []
        #: By file name: after how many bytes the connection is cut, for one request after the other.
        self.cuts = {}
        #: By file name: what is answered instead, for one request after the other.
        self.statuses = {}
        #: By file name: other bytes than those of the file.
        self.contents = {}
        #: By file name: where an answer with a part begins, whatever was asked for.
        self.begins = {}
        self.ranges = True
        self.lengths = True
        self.pause = 0.0

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"

    def names(self):
        return [path.rpartition("/")[2] for path, _ in self.asked]

    def handle_error(self, request, client_address):
        """Keep quiet when a client goes away."""


class Handler(BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_GET(self):
        server = self.server
        path, asked = unquote(self.path), self.headers.get("Range")
        name = path.rpartition("/")[2]
        server.asked.append((path, asked))
        if server.statuses.get(name):
            self.answer(server.statuses[name].pop(0))
            return
        file = server.folder / path.lstrip("/")
        if name not in server.contents and not file.is_file():
            self.answer(404)
            return
        content = server.contents.get(name) or file.read_bytes()
        first = int(asked.removeprefix("bytes=").removesuffix("-")) if asked and server.ranges else 0
        if first and first >= len(content):
            self.answer(416)
            return
        first = server.begins.get(name, first) if first else 0
        self.send_response(206 if first else 200)
        if first:
            self.send_header("Content-Range", f"bytes {first}-{len(content) - 1}/{len(content)}")
        if server.lengths:
            self.send_header("Content-Length", str(len(content) - first))
        self.end_headers()
        cut = server.cuts[name].pop(0) if server.cuts.get(name) else None
        self.send(content[first : None if cut is None else first + cut])

    def answer(self, status):
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def send(self, content):
        for start in range(0, len(content), 4096):
            time.sleep(self.server.pause)
            self.wfile.write(content[start : start + 4096])
        self.close_connection = True


@contextmanager
def serving(folder):
    server = Server(folder)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
