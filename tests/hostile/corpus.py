"""Hostile files: what each holds, and the findings (code, line, column) that it must give.

A hostile file may break other rules as well; what is named here must be there. Where the reader gives up, it must be
all. None stands for a line or column that is not asked about.
"""

from support import EXAMPLE

from casus.yaml_writing import field_lines

IDS = "id: 2025-06-02-istanbul-talks"
RECORD = "".join(f"{line}\n" for name, value in EXAMPLE.items() for line in field_lines(name, value))


def changed(old, new):
    """Return the example record's text with one piece replaced, as bytes."""
    assert RECORD.count(old) == 1, old
    return RECORD.replace(old, new).encode()


def at(piece):
    """Return line and column of a piece of the example record's text."""
    before = RECORD[: RECORD.index(piece)]
    return before.count("\n") + 1, len(before) - before.rfind("\n")


def spot(piece, value):
    """Return line and column of a value that stands after a key."""
    line, column = at(piece)
    return line, column + piece.index(value)


ID = (1, 5)
CODED = spot("coded_on: 2025-06-05", "2025")
START = spot("start_time: 14:43", "14:43")
PRECISION = spot("precision: 1", "1")
BEST = spot("best: 67", "67")
TITLE = spot("title: Second", "Second")
END = (RECORD.count("\n") + 1, 1)
SWAPPED = RECORD.encode("utf-16-le")

#: Files that the reader gives up: the one finding of each.
UNREADABLE = {
    "nothing.yaml": (b"", ("CAS410", 1, 1)),
    "only-comments.yaml": (b"# a comment\n  # and another\n", ("CAS410", 1, 1)),
    "only-white-space.yaml": (b"  \n\n   \n", ("CAS410", 1, 1)),
    "only-a-mark.yaml": (b"---\n...\n", ("CAS410", 2, 1)),
    "one-word.yaml": (b"word", ("CAS410", 1, 1)),
    "a-list.yaml": (b"- id: a\n", ("CAS410", 1, 1)),
    "binary.yaml": (bytes(range(256)), ("CAS406", 3, 115)),
    "picture.yaml": (b"\x89PNG\r\n\x1a\n\0\0", ("CAS406", 1, 1)),
    "utf-16.yaml": (RECORD.encode("utf-16"), ("CAS406", 1, 1)),
    "utf-16-be.yaml": (b"\xfe\xff" + RECORD.encode("utf-16-be"), ("CAS406", 1, 1)),
    "utf-16-without-mark.yaml": (SWAPPED, ("CAS401", 1, 2)),
    "utf-16-be-without-mark.yaml": (RECORD.encode("utf-16-be"), ("CAS401", 1, 1)),
    "utf-32.yaml": (RECORD.encode("utf-32"), ("CAS406", 1, 1)),
    "utf-8-mark.yaml": (b"\xef\xbb\xbf" + RECORD.encode(), ("CAS406", 1, 1)),
    "not-utf-8.yaml": (
        RECORD.encode().replace(b"Second round", b"Second ro\xfcnd"),
        ("CAS406", TITLE[0], TITLE[1] + 9),
    ),
    "cut-utf-8.yaml": (RECORD.encode() + "é".encode()[:1], ("CAS406", *END)),
    "surrogates-as-utf-8.yaml": (b"id: \xed\xa0\x80\n", ("CAS406", 1, 5)),
    "nul.yaml": (changed("Second round", "Second\0round"), ("CAS401", TITLE[0], TITLE[1] + 6)),
    "escape.yaml": (changed("Second round", "Second\x1b[31m"), ("CAS401", TITLE[0], TITLE[1] + 6)),
    "delete.yaml": (changed("Second round", "Second\x7f"), ("CAS401", TITLE[0], TITLE[1] + 6)),
    "next-line.yaml": (changed("Second round", "Second\x85round"), ("CAS401", TITLE[0], TITLE[1] + 6)),
    "line-separator.yaml": (changed("Second round", "Second\u2028round"), ("CAS401", TITLE[0], TITLE[1] + 6)),
    "not-a-character.yaml": (changed("Second round", "Second\uffff"), ("CAS401", TITLE[0], TITLE[1] + 6)),
    "half-a-character.yaml": (b'id: "\\ud800"\n', ("CAS401", 1, 8)),
    "two-documents.yaml": (b"id: a\n---\nid: b\n", ("CAS405", 2, 1)),
    "unknown-version.yaml": (b"%YAML 9.9\n---\nid: a\n", ("CAS401", 1, 1)),
    "tabs.yaml": (b"id: a\ndate:\n\tstart: 2025-06-02\n", ("CAS401", 3, 1)),
    "unclosed-list.yaml": (b"id: [a\n", ("CAS401", 1, 5)),
    "unclosed-text.yaml": (b'id: "a\n', ("CAS401", 1, 5)),
    "colon-in-a-text.yaml": (b"title: Talks: held\n", ("CAS401", 1, 13)),
    "long-key.yaml": (b"k" * 1_000_000 + b": 1\n", ("CAS401", 1, 1_000_001)),
    "unclosed.json": (b'{"id": ', ("CAS401", 1, 8)),
    "trailing-comma.json": (b'{"id": "a",}', ("CAS401", 1, 11)),
    "two-values.json": (b'{} {"id": "a"}', ("CAS401", 1, 4)),
    "nothing.json": (b"", ("CAS410", 1, 1)),
    "not-utf-8.json": (b'{"id": "\xff"}', ("CAS406", 1, 9)),
    "half-a-character.json": (b'{"id": "\\\\ud800 \\ud83d\\ude00 \\ud800"}', ("CAS401", 1, 30)),
    "other-half.json": (b'{"id": "\\udc00"}', ("CAS401", 1, 9)),
    "nul.json": (b'{"id": "\0"}', ("CAS401", 1, 9)),
}

#: Files that are read: findings that each must give.
READ = {
    "anchor.yaml": (b"id: &x a\ntitle: *x\n", [("CAS403", 1, 5), ("CAS403", 2, 8)]),
    "runs-a-program.yaml": (b"id: !!python/object/apply:os.system [exit]\n", [("CAS404", 1, 5)]),
    "makes-an-object.yaml": (b"id: !!python/object/new:os.environ {}\n", [("CAS404", 1, 5)]),
    "binary-tag.yaml": (b"id: !!binary aGk=\n", [("CAS404", 1, 5)]),
    "set-tag.yaml": (b"!!set {a, b}\n", [("CAS404", 1, 1)]),
    "own-tag.yaml": (b"%TAG ! tag:example.org,2000:\n---\nid: !x a\n", [("CAS404", 3, 5)]),
    "merge-key.yaml": (b"id: a\n<<: {title: x}\n", [("CAS101", 2, 1)]),
    "version-1.1.yaml": (b"%YAML 1.1\n---\nid: NO\n", [("CAS105", 3, 5)]),
    "repeated-key.yaml": (RECORD.encode() + b"id: again\n", [("CAS402", *END)]),
    "repeated-inside.yaml": (b"date:\n  start: 2025-06-02\n  start: 2025-06-03\n", [("CAS402", 3, 3)]),
    "complex-key.yaml": (b"id: a\n? [a, b]\n: c\n", [("CAS401", 2, 3)]),
    "group-for-a-key.yaml": (b"id: a\n? {a: b}\n: c\n", [("CAS401", 2, 3)]),
    "right-to-left.yaml": (changed("Second round", "Second\u202e round"), [("CAS105", *TITLE)]),
    "right-to-left-id.yaml": (changed(IDS, "id: 2025-06-02-istanbul\u202e-talks"), [("CAS105", *ID)]),
    "cyrillic-id.yaml": (changed(IDS, "id: 2025-06-02-ist\u0430nbul-talks"), [("CAS105", *ID)]),
    "joiner-in-id.yaml": (changed(IDS, "id: 2025-06-02-istanbul\u200d-talks"), [("CAS105", *ID)]),
    "wide-digits-id.yaml": (changed(IDS, "id: ２０２５-06-02-talks"), [("CAS105", *ID)]),
    "nul-as-an-escape.yaml": (changed(IDS, 'id: "2025-06-02\\0"'), [("CAS105", *ID)]),
    "mark-in-id.yaml": (changed(IDS, "id: 2025-06-02-istanbul\ufeff-talks"), [("CAS105", *ID)]),
    "no-is-a-text.yaml": (changed("precision: 1", "precision: NO"), [("CAS103", *PRECISION)]),
    "octal-is-a-text.yaml": (changed("precision: 1", "precision: 01"), [("CAS103", *PRECISION)]),
    "sexagesimal-is-a-text.yaml": (changed("best: 67", "best: 12:30"), [("CAS103", *BEST)]),
    "underscore-is-a-text.yaml": (changed("best: 67", "best: 1_000"), [("CAS103", *BEST)]),
    "hexadecimal-is-a-text.yaml": (changed("best: 67", "best: 0x1F"), [("CAS103", *BEST)]),
    "impossible-day.yaml": (changed("coded_on: 2025-06-05", "coded_on: 2025-02-30"), [("CAS110", *CODED)]),
    "impossible-time.yaml": (changed("start_time: 14:43", "start_time: 25:61"), [("CAS105", *START)]),
    "too-large.yaml": (changed("best: 67", "best: 1e400"), [("CAS412", *BEST)]),
    "too-small.yaml": (changed("best: 67", "best: -1e400"), [("CAS412", *BEST)]),
    "no-number.yaml": (changed("best: 67", "best: .nan"), [("CAS412", *BEST)]),
    "infinite.yaml": (changed("best: 67", "best: -.inf"), [("CAS412", *BEST)]),
    "many-digits.yaml": (changed("precision: 1", f"precision: {'9' * 5_000}"), [("CAS103", *PRECISION)]),
    "many-decimals.yaml": (changed("best: 67", f"best: {'9' * 5_000}.0"), [("CAS412", *BEST)]),
    "long-key-asked.yaml": (b"? " + b"k" * 1_000_000 + b"\n: 1\n", [("CAS101", None, 3)]),
    "not-finite.json": (b'{"id": "a", "title": NaN}', [("CAS412", 1, None)]),
    "many-digits.json": (b'{"id": "a", "title": ' + b"9" * 5_000 + b"}", [("CAS412", 1, 22)]),
    "whole-digits.json": (b'{"id": "a", "title": ' + b"9" * 60 + b"}", [("CAS103", 1, 22)]),
    "not-finite-too.json": (b'{"id": "a", "title": -1e400}', [("CAS412", 1, 22)]),
    "repeated-key.json": (b'{"id": "a", "id": "b"}', [("CAS402", 1, None)]),
}  # fmt: skip

LEVELS = 100_000


def laughs(letter):
    """Return a line that holds ten times what the line before it holds."""
    return b"%c: &%c [%s]\n" % (letter, letter, b",".join([b"*%c" % (letter - 1)] * 10))


#: Large files, each judged by a process of its own: content, and the code that must be there.
LARGE = {
    "deep-lists.yaml": (lambda: b"a: " + b"[" * LEVELS, "CAS411"),
    "deep-closed-lists.yaml": (lambda: b"a: " + b"[" * LEVELS + b"]" * LEVELS, "CAS411"),
    "deep-groups.yaml": (lambda: b"{a: " * LEVELS, "CAS411"),
    "deep-dashes.yaml": (lambda: b"- " * LEVELS + b"a\n", "CAS411"),
    "deep-keys.yaml": (lambda: b"? " * LEVELS + b"a\n", "CAS411"),
    "deep-blocks.yaml": (lambda: b"".join(b" " * level + b"a:\n" for level in range(1_900)), "CAS411"),
    "deep-lists.json": (lambda: b"[" * LEVELS + b"]" * LEVELS, "CAS411"),
    "deep-groups.json": (lambda: b'{"a":' * LEVELS + b"1" + b"}" * LEVELS, "CAS411"),
    "a-billion-laughs.yaml": (lambda: b"a: &a [x]\n" + b"".join(map(laughs, range(98, 122))), "CAS403"),
    "many-aliases.yaml": (lambda: b"a: &a x\n" + b"".join(b"k%d: *a\n" % n for n in range(100_000)), "CAS420"),
    "one-line.yaml": (lambda: b"id: " + b"x" * 10_000_000, "CAS407"),
    "one-line-that-is-read.yaml": (lambda: b"id: " + b"x" * 1_900_000, "CAS107"),
    "a-million-keys.yaml": (lambda: b"".join(b"k%d: 1\n" % n for n in range(1_000_000)), "CAS407"),
    "many-keys.yaml": (lambda: b"".join(b"k%x: 1\n" % n for n in range(100_000)), "CAS420"),
    "many-keys.json": (lambda: b"{" + b",".join(b'"k%x":1' % n for n in range(100_000)) + b"}", "CAS420"),
    "repeated-keys.yaml": (lambda: b"a: 1\n" * 300_000, "CAS420"),
    "many-sources.yaml": (lambda: b"sources:\n" + b"- {}\n" * 100_000, "CAS108"),
    "many-participants.yaml": (
        lambda: b"id: 2025-06-02-x\nparticipants:\n" + b"- {key: x, actor: nobody, roles: [x]}\n" * 20_000,
        "CAS420",
    ),
    "long-list.yaml": (lambda: b"issues: [" + b"x," * 200_000 + b"]\n", "CAS108"),
}  # fmt: skip
