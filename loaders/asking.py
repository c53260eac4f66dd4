"""What the author of a new record states: by flags, or asked for on a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import click

from casus.naming import Names
from casus.repairs import day_of
from casus.scaffolding import NewRecord, NewSource, coded, mode_of, publisher_of, resolved
from casus.schema.errors import UsageError
from casus.schema.rules.field import nearest
from casus.schema.vocabulary import modes_of, vocabulary
from casus.spelling import latin

#: Statuses under which an event may be without days, or without a last one.
_UNDATED = ("pending", "scheduled", "postponed", "cancelled", "lapsed")
_OPEN = "ongoing"
_WORDS_OF_A_SLUG = 5
#: Stands for the day of publication where a page says none.
_NO_DAY = "none"


@dataclass
class Answers:
    """What was stated by flags; what is missing is asked for, or collected to be told all at once."""

    stated: Mapping[str, Any]
    names: Names
    asks: bool
    missing: list[str] = field(default_factory=list)

    def one(self, name: str, question: str, check: Callable[[str], str] = str, **options: Any) -> str:
        """Return one answer, checked; on a terminal a wrong one is asked for again."""
        given = self.stated.get(name)
        if given is not None:
            return check(str(given))
        if not self.asks:
            self.missing.append("TYPE" if name == "type" else f"--{name.replace('_', '-')}")
            return ""
        return str(_ask(question, check, **options))

    def many(self, name: str, question: str, check: Callable[[str], Any]) -> list[Any]:
        """Return any number of answers; on a terminal an empty one ends them."""
        given = self.stated.get(name) or ()
        if given or not self.asks:
            return [check(each) for each in given]
        found: list[Any] = []
        while answer := _ask(f"{question} (empty: no more)", lambda text: text and check(text), default=""):
            found.append(answer)
        return found

    def refuse_if_missing(self) -> None:
        """Raise if anything is missing.

        Raises
        ------
        UsageError
            With everything that is missing.
        """
        if self.missing:
            raise UsageError(
                f"A record needs more: {', '.join(self.missing)}. `casus new --help` tells what they are; on a "
                "terminal they are asked for."
            )


def _ask(question: str, check: Callable[[str], Any], **options: Any) -> Any:
    def checked(text: str) -> Any:
        try:
            return check(text)
        except UsageError as error:
            raise click.BadParameter(str(error)) from None

    return click.prompt(question, value_proc=checked, show_default=bool(options.get("default")), err=True, **options)


def new_record(answers: Answers) -> NewRecord:
    """Return the record that the answers make.

    Raises
    ------
    UsageError
        If something is missing or is not as the vocabularies and registries want it.
    """
    types = _types()
    event_type = answers.one("type", f"Type ({', '.join(types)})", _type)
    modes = modes_of(event_type)
    mode = answers.one("mode", f"Mode ({', '.join(modes)})", lambda text: mode_of(text, event_type) if modes else text)
    states = vocabulary("statuses").codes
    status = answers.one("status", f"Status ({', '.join(states)})", _status, **_only_on(answers, default="occurred"))
    start, end = _days(answers, status)
    title = answers.one("title", "Title: a short neutral name", _text("--title"))
    slug = answers.stated.get("id") or answers.one(
        "slug", "Short name for the id", _slug, **_only_on(answers, default=_suggested(title))
    )
    summary = answers.one("summary", "Summary: what happened, in own words", _text("--summary"))
    actors = answers.many("actor", "Actor as ID:ROLE", lambda text: _actor(text, answers.names))
    places = answers.many("place", "Place as ID or ID:ROLE", lambda text: _place(text, answers.names))
    issues = answers.many("issue", "Issue", lambda text: coded(text, "issues", "--issue"))
    sources = tuple(_sources(answers))
    coder = answers.one("coder", "Who codes the record", _text("--coder"))
    answers.refuse_if_missing()
    return NewRecord(
        event_type, mode, status, title, summary, str(slug), coder, sources, start, end, tuple(actors), tuple(places),
        tuple(issues),
    )  # fmt: skip


def _only_on(answers: Answers, **options: Any) -> dict[str, Any]:
    return options if answers.asks else {}


def _types() -> list[str]:
    """Return the types that authored records may have."""
    return [value.code for value in vocabulary("event-types").values if not value.extra.get("imported_only")]


def _type(text: str) -> str:
    types = _types()
    if text not in types:
        raise UsageError(f"There is no type {text!r}{nearest(text, types)}. The types are: {', '.join(types)}.")
    return text


def _status(text: str) -> str:
    return coded(text, "statuses", "--status")


def _text(name: str) -> Callable[[str], str]:
    def check(text: str) -> str:
        if not text.strip():
            raise UsageError(f"{name} is empty.")
        return " ".join(text.split())

    return check


def _slug(text: str) -> str:
    slug = "-".join(latin(text).split())
    if not slug:
        raise UsageError(f"{text!r} makes no id. Give a few words in Latin letters, such as istanbul-talks.")
    return slug


def _suggested(title: str) -> str:
    return "-".join(latin(title).split()[:_WORDS_OF_A_SLUG])


def _days(answers: Answers, status: str) -> tuple[str | None, str | None]:
    undated = status in _UNDATED
    if undated and not answers.asks and not answers.stated.get("date"):
        return None, None
    options = {"default": ""} if answers.asks and undated else {}
    start = answers.one("date", "First day (year-month-day)", lambda text: text and _day(text, "--date"), **options)
    if not start:
        return None, None
    default = "" if status == _OPEN else start
    if answers.stated.get("end") is None and not answers.asks:
        return start, default or None
    end = answers.one(
        "end", "Last day", lambda text: text and _day(text, "--end"), **_only_on(answers, default=default)
    )
    return start, end or None


def _day(text: str, flag: str) -> str:
    day = day_of(text)
    if day is None:
        raise UsageError(f"{flag}: {text!r} is not one certain day of the calendar. Write it like 2025-06-02.")
    return day


def _actor(text: str, names: Names) -> tuple[str, tuple[str, ...]]:
    who, colon, roles = text.rpartition(":")
    if not colon or not who:
        raise UsageError(
            f"--actor: {text!r} has no role. Write ID:ROLE, with the roles {', '.join(vocabulary('roles').codes)}."
        )
    found = tuple(coded(role.strip(), "roles", "--actor") for role in roles.split(","))
    return resolved(who.strip(), "actor", names), found


def _place(text: str, names: Names) -> tuple[str, str]:
    place, colon, role = text.rpartition(":")
    if not colon:
        return resolved(text.strip(), "place", names), "site"
    return resolved(place.strip(), "place", names), coded(role.strip(), "location-roles", "--place")


def _sources(answers: Answers) -> Iterator[NewSource]:
    urls: Sequence[str] = answers.stated.get("source") or ()
    if not urls and answers.asks:
        yield from _asked_sources(answers.names)
        return
    titles, languages, published = (
        answers.stated.get(name) or () for name in ("source_title", "source_language", "source_published")
    )
    if not urls:
        answers.missing.append("--source")
    if len(titles) < len(urls) or not urls:
        answers.missing.append("--source-title" if len(urls) <= 1 else "--source-title (one for each source)")
        return
    if len(titles) > len(urls) or any(len(each) not in (0, len(urls)) for each in (languages, published)):
        raise UsageError(
            f"There are {len(urls)} sources, {len(titles)} titles, {len(published)} days of publication and "
            f"{len(languages)} languages. Give one title for each source; of the others none, or one for each."
        )
    for number, (url, title) in enumerate(zip(urls, titles, strict=True)):
        language = languages[number] if languages else "en"
        day = _published(published[number]) if published else None
        yield NewSource(url, _text("--source-title")(title), publisher_of(url, answers.names), language, day)


def _published(text: str) -> str:
    return "" if text.strip() in ("", _NO_DAY) else _day(text, "--source-published")


def _asked_sources(names: Names) -> Iterator[NewSource]:
    def with_publisher(text: str) -> tuple[str, str]:
        return text, publisher_of(text, names)

    url, publisher = _ask("Source: address of a page that you read", with_publisher)
    while url:
        title = _ask(f"Title of the page ({publisher})", _text("the title"))
        published = _ask("Day of its publication (empty: it says no day)", _published, default="")
        language = _ask("Its language", _text("the language"), default="en")
        yield NewSource(url, title, publisher, language, published)
        url, publisher = _ask(
            "Next source (empty: no more)", lambda text: with_publisher(text) if text else ("", ""), default=""
        )
