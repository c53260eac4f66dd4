"""The YAML language server, driven over LSP as an editor drives it."""

import json
import queue
import shutil
import subprocess
import threading
from pathlib import Path

PACKAGE = "yaml-language-server@1.25.0"


class UnavailableError(Exception):
    """The server cannot be had here; the text says why."""


def install(folder):
    """Install the server into a folder and return its script."""
    npm = shutil.which("npm")
    if not shutil.which("node") or not npm:
        raise UnavailableError("node and npm are not installed")
    command = [npm, "install", "--no-audit", "--no-fund", "--silent", PACKAGE]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=300)
    script = Path(folder) / "node_modules/yaml-language-server/bin/yaml-language-server"
    if done.returncode or not script.is_file():
        raise UnavailableError(f"npm cannot install {PACKAGE}: {done.stderr.strip()[:200]}")
    return script


class LanguageServer:
    """A running server in a workspace, with the settings of the workspace's ``.vscode/settings.json``."""

    def __init__(self, script, root):
        self.root = Path(root)
        self.settings = json.loads((self.root / ".vscode/settings.json").read_text())
        command = ["node", str(script), "--stdio"]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=root)
        self.answers = queue.Queue()
        self.diagnostics = {}
        self.opened = set()
        self.number = 0
        self.told = threading.Condition()
        threading.Thread(target=self._read, daemon=True).start()

    def __enter__(self):
        capabilities = {
            "workspace": {"configuration": True, "didChangeConfiguration": {"dynamicRegistration": True}},
            "textDocument": {
                "completion": {"completionItem": {"documentationFormat": ["markdown"], "snippetSupport": True}},
                "hover": {"contentFormat": ["markdown"]},
                "publishDiagnostics": {"relatedInformation": True},
            },
        }
        folder = {"uri": self.root.as_uri(), "name": "casus"}
        self.ask(
            "initialize",
            processId=None,
            rootUri=self.root.as_uri(),
            rootPath=str(self.root),
            workspaceFolders=[folder],
            capabilities=capabilities,
        )
        self.tell("initialized")
        self.tell("workspace/didChangeConfiguration", settings={})
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()

    def ask(self, method, **params):
        """Send a request and return its result."""
        self.number += 1
        self._send({"jsonrpc": "2.0", "id": self.number, "method": method, "params": params})
        while True:
            answer = self.answers.get(timeout=60)
            if answer["id"] == self.number:
                assert "error" not in answer, answer
                return answer["result"]

    def tell(self, method, **params):
        """Send a notification."""
        self._send({"jsonrpc": "2.0", "method": method, "params": params})

    def open(self, path, text=None):
        """Open a file once (with another text than it has, if given); return its URI and its diagnostics.

        A file is never closed and opened again: the server takes its diagnostics back when it is closed, and what it
        published for which of the two could not be told apart.
        """
        uri = Path(path).as_uri()
        assert uri not in self.opened
        self.opened.add(uri)
        text = Path(path).read_text("utf-8") if text is None else text
        document = {"uri": uri, "languageId": "yaml", "version": 1, "text": text}
        with self.told:
            self.tell("textDocument/didOpen", textDocument=document)
            assert self.told.wait_for(lambda: uri in self.diagnostics, timeout=60), "no diagnostics were published"
            return uri, self.diagnostics[uri]

    def complete(self, uri, line, character):
        """Return the completions at a place, by their label."""
        place = {"line": line, "character": character}
        found = self.ask("textDocument/completion", textDocument={"uri": uri}, position=place)
        return {item["label"]: item for item in found["items"]}

    def hover(self, uri, line, character):
        """Return the text that is shown over a place."""
        place = {"line": line, "character": character}
        found = self.ask("textDocument/hover", textDocument={"uri": uri}, position=place)
        return found["contents"]["value"] if found else ""

    def _configuration(self, section):
        if section and section.startswith("yaml"):
            return {
                name.removeprefix("yaml."): value for name, value in self.settings.items() if name.startswith("yaml.")
            }
        return {}

    def _send(self, message):
        body = json.dumps(message).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self.process.stdin.flush()

    def _read(self):
        stream = self.process.stdout
        while True:
            length = 0
            while (line := stream.readline().strip()) != b"" or not length:
                if line.lower().startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
                if not line and self.process.poll() is not None:
                    return
            self._take(json.loads(stream.read(length)))

    def _take(self, message):
        if "method" not in message:
            self.answers.put(message)
        elif message["method"] == "textDocument/publishDiagnostics":
            with self.told:
                self.diagnostics[message["params"]["uri"]] = message["params"]["diagnostics"]
                self.told.notify_all()
        elif "id" in message:
            items = message.get("params", {}).get("items", [])
            result = [self._configuration(item.get("section")) for item in items] if items else None
            self._send({"jsonrpc": "2.0", "id": message["id"], "result": result})
