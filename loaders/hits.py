"""What ``casus.find`` returns: hits that print well in a terminal and in a notebook."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from typing import overload

#: Gives a text another look.
Style = Callable[[str], str]
#: Texts that the id and the title show already.
_OBVIOUS = frozenset({"id", "code", "label", "name", "field", "column"})
_WIDTH = 100


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing that was found.

    Attributes
    ----------
    kind
        ``event``, ``actor``, ``place``, ``publisher``, ``field``, ``column``, ``vocabulary`` or ``code``.
    id
        Its id: for ``casus show``, or for ``casus codebook``.
    title
        What it is called; for fields and codes what they mean.
    where
        In which of its texts the best match is.
    snippet
        The text around the match; ``match`` says from where to where the found word stands in it.
    score
        How good the match is; the best comes first.
    others
        In how many more of its texts a word was found.
    """

    kind: str
    id: str
    title: str
    where: str
    snippet: str
    match: tuple[int, int]
    score: float
    others: int

    @property
    def more(self) -> str:
        """In how many more texts a word was found, as it is shown."""
        return f" (+{self.others})" if self.others else ""


class Hits(Sequence[Hit]):
    """What was found, the best first; prints as text in a terminal and as a table in a notebook.

    Attributes
    ----------
    text
        What was looked for.
    total
        How many there are, those beyond the limit included.
    near
        Words that were probably meant, if nothing was found.
    """

    def __init__(self, text: str, hits: Sequence[Hit], total: int, near: Sequence[str] = ()) -> None:
        self.text = text
        self.total = total
        self.near = tuple(near)
        self._hits = tuple(hits)

    @overload
    def __getitem__(self, index: int) -> Hit: ...

    @overload
    def __getitem__(self, index: slice) -> Hits: ...

    def __getitem__(self, index: int | slice) -> Hit | Hits:
        if isinstance(index, slice):
            return Hits(self.text, self._hits[index], self.total, self.near)
        return self._hits[index]

    def __len__(self) -> int:
        return len(self._hits)

    def summary(self) -> str:
        """Return one line that says how much was found."""
        if not self._hits:
            near = f" Did you mean {' or '.join(self.near)}?" if self.near else ""
            return f"Nothing was found for {self.text!r}.{near}"
        shown = f", the best {len(self)} shown" if len(self) < self.total else ""
        return f"{self.total} found for {self.text!r}{shown}."

    def lines(
        self, width: int = _WIDTH, bold: Callable[[str], str] = str, dim: Callable[[str], str] = str
    ) -> list[str]:
        """Return the lines of a text of a width; ``bold`` sets ids and found words off."""
        lines = []
        for each in self._hits:
            lines.append(f"{dim(f'{each.kind:<9}  ')}{bold(each.id)}")
            room = max(20, width - 11)
            if each.where == "title":
                lines.append(f"{'':11}{_marked(each, room, bold)}")
                continue
            lines.append(f"{'':11}{_cut(each.title, room)}")
            if each.where not in _OBVIOUS:
                label = f"{each.where}{each.more}: "
                lines.append(f"{'':11}{dim(label)}{_marked(each, max(20, room - len(label)), bold)}")
        return [*lines, self.summary()]

    def __repr__(self) -> str:
        return "\n".join(self.lines())

    def _repr_html_(self) -> str:
        if not self._hits:
            return f"<p>{escape(self.summary())}</p>"
        left = ' style="text-align:left"'
        rows = "".join(
            f"<tr><td{left}>{escape(each.kind)}</td><td{left}><code>{escape(each.id)}</code></td>"
            f"<td{left}>{_html(each)}</td></tr>"
            for each in self._hits
        )
        head = "".join(f"<th{left}>{name}</th>" for name in ("kind", "id", "found"))
        caption = f"<caption>{escape(self.summary())}</caption>"
        return f'<table class="dataframe">{caption}<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'


def _marked(hit: Hit, width: int, mark: Callable[[str], str], plain: Callable[[str], str] = str) -> str:
    """Return the snippet, no wider than so, with the found word marked."""
    start, end = hit.match
    shown = _cut(hit.snippet, width)
    end = min(end, len(shown))
    if end <= start:
        return plain(shown)
    return f"{plain(shown[:start])}{mark(shown[start:end])}{plain(shown[end:])}"


def _html(hit: Hit) -> str:
    marked = _marked(hit, len(hit.snippet), lambda text: f"<mark>{escape(text)}</mark>", escape)
    if hit.where == "title":
        return marked
    where = "" if hit.where in _OBVIOUS else f"<br><small>{escape(hit.where)}{hit.more}: {marked}</small>"
    return f"{escape(hit.title)}{where}"


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 1]}…"
