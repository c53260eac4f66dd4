"""``python -m casus.importers --write docs/importers``: the pages of all mappings; else compare them."""

from __future__ import annotations

import sys
from pathlib import Path

from casus.importers.rendering import pages


def main(arguments: list[str]) -> int:
    """Write the pages that are stale into a folder, or say which are; return the exit code."""
    folders = [each for each in arguments if each != "--write"]
    if len(folders) != 1 or folders[0].startswith("-"):
        sys.stderr.write("Usage: python -m casus.importers [--write] FOLDER\n")
        return 2
    folder = Path(folders[0])
    texts = pages()
    stale = [name for name, text in texts.items() if not _is(folder / name, text)]
    over = [path.name for path in sorted(folder.glob("*.md")) if path.name not in texts]
    if "--write" not in arguments:
        sys.stdout.write("".join(f"stale: {folder / name}\n" for name in [*stale, *over]))
        return 1 if stale or over else 0
    folder.mkdir(parents=True, exist_ok=True)
    for name in stale:
        (folder / name).write_text(texts[name], "utf-8", newline="\n")
        sys.stdout.write(f"wrote {folder / name}\n")
    for name in over:
        (folder / name).unlink()
        sys.stdout.write(f"removed {folder / name}\n")
    return 0


def _is(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text("utf-8") == text


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
