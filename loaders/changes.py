"""What has changed in a git repository since a commit: asked of ``git`` itself, with fixed arguments and no shell."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from casus.schema.errors import UsageError

#: Nothing that a repository's own configuration names is run.
_QUIET = ("-c", "core.fsmonitor=false", "-c", "core.quotepath=off", "--no-pager")
_SHALLOW = (
    "The clone is shallow. Fetch the history first: git fetch --unshallow "
    "(on GitHub Actions: actions/checkout with fetch-depth: 0)."
)
_PLAIN_FILES = ("100644", "100755")


@dataclass(frozen=True)
class Change:
    """The difference between the files as they are and a commit."""

    root: Path
    base: str

    def touches(self, path: Path) -> bool:
        """Whether a file was added or modified since the commit, committed or not."""
        name = self._name(path)
        return name in self._modified or name not in self._files

    @contextmanager
    def before(self, paths: Iterable[Path]) -> Iterator[Path]:
        """Give a folder that holds the files below some paths as they were at the commit, and remove it."""
        wanted = [self._name(path) for path in paths]
        chosen = [name for name in self._files if any(_below(name, path) for path in wanted)]
        with tempfile.TemporaryDirectory(prefix="casus-") as folder:
            for name, content in self._contents(chosen):
                path = Path(folder, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
            yield Path(folder).resolve()

    def _name(self, path: Path) -> str:
        return path.resolve().relative_to(self.root).as_posix()

    @cached_property
    def _modified(self) -> frozenset[str]:
        """The files that differ from the commit; a renamed file is a new one."""
        options = ("--name-only", "-z", "--no-renames", "--no-ext-diff", "--no-textconv", "--ignore-submodules")
        return frozenset(_names(_git(self.root, "diff", *options, self.base, "--")))

    @cached_property
    def _files(self) -> dict[str, str]:
        """The plain files of the commit by name, with the ids of their contents."""
        found = {}
        for line in _names(_git(self.root, "ls-tree", "-r", "-z", "--full-tree", self.base)):
            about, _, name = line.partition("\t")
            mode, _, content = about.split(" ")
            if mode in _PLAIN_FILES:
                found[name] = content
        return found

    def _contents(self, names: Sequence[str]) -> Iterator[tuple[str, bytes]]:
        asked = "".join(f"{self._files[name]}\n" for name in names).encode()
        answer = _git(self.root, "cat-file", "--batch", given=asked)
        start = 0
        for name in names:
            head = answer.index(b"\n", start)
            size = int(answer[start:head].rsplit(b" ", 1)[1])
            yield name, answer[head + 1 : head + 1 + size]
            start = head + 1 + size + 1


def change_since(ref: str, paths: Sequence[Path]) -> Change:
    """Return the change since the common ancestor of a git reference and what is checked out.

    Raises
    ------
    UsageError
        If git is not installed, the paths lie in no repository or in several, or the reference cannot be used.
    """
    root = _root(paths[0])
    for path in paths:
        if not path.resolve().is_relative_to(root):
            raise UsageError(f"{path} does not lie in the git repository {root}. Give paths of one repository.")
    if ref.startswith("-") or not ref.strip():
        raise UsageError(f"{ref!r} is no git reference. Give a branch, tag or commit, such as origin/main.")
    commit = _line(root, "rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}")
    shallow = _line(root, "rev-parse", "--is-shallow-repository") == "true"
    if commit is None:
        more = _SHALLOW if shallow else "Give a branch, tag or commit, such as origin/main, or fetch it first."
        raise UsageError(f"git knows no commit {ref!r} in {root}. {more}")
    base = _line(root, "merge-base", commit, "HEAD")
    if base is None:
        more = _SHALLOW if shallow else "Give a reference of the same history."
        raise UsageError(f"{ref!r} and what is checked out in {root} have no common ancestor. {more}")
    return Change(root, base)


def _root(path: Path) -> Path:
    folder = path if path.is_dir() else path.parent
    if not folder.is_dir():
        raise UsageError(f"{path} does not exist. Give record files or folders that hold them.")
    found = _line(folder, "rev-parse", "--show-toplevel")
    if found is None:
        said = _run(folder, ("rev-parse", "--show-toplevel")).stderr.decode(errors="replace").strip().partition("\n")[0]
        raise UsageError(
            f"{folder} lies in no git repository that can be read, and --changed-since compares with a commit of one "
            f"(git: {said}). Leave the option out to judge everything."
        )
    return Path(found).resolve()


def _below(name: str, path: str) -> bool:
    return path in (".", name) or name.startswith(f"{path}/")


def _names(answer: bytes) -> list[str]:
    """Return the names in an answer that was asked for with ``-z``, as Python writes the names of files."""
    return [os.fsdecode(each) for each in answer.split(b"\0") if each]


def _line(folder: Path, *arguments: str) -> str | None:
    """Return the one line that git answers, or None where it fails."""
    done = _run(folder, arguments)
    return os.fsdecode(done.stdout).removesuffix("\n") if done.returncode == 0 else None


def _git(folder: Path, *arguments: str, given: bytes = b"") -> bytes:
    done = _run(folder, arguments, given)
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace").strip().partition("\n")[0]
        raise UsageError(f"git {arguments[0]} failed in {folder}: {said}.")
    return done.stdout


def _run(folder: Path, arguments: Sequence[str], given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    program = shutil.which("git")
    if program is None:
        raise UsageError("git is not installed, and --changed-since asks it what has changed. Install git.")
    environment = {**os.environ, "LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0"}
    command = [program, *_QUIET, "-C", str(folder), *arguments]
    return subprocess.run(command, input=given, capture_output=True, check=False, env=environment)  # noqa: S603
