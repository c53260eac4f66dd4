"""YAML read the plain way: one method for each thing that an event can mean, and a spot built for every word.

The reader of :mod:`casus.documents` does the same in one flat loop, because that is twice as fast; this is what it is
compared with.
"""

import math

import yaml

from casus import documents
from casus.documents import Document, Spot, finding
from casus.yaml_problems import syntax_problem


def read(text, name="x.yaml"):
    """Return the document that the text holds."""
    return PlainReader(name).build(text)


def spots(spot):
    """Return where everything stands, as plain values that can be compared."""
    spot = spot() if callable(spot) else spot
    if spot is None:
        return None
    return spot.line, spot.column, spot.key, {step: spots(each) for step, each in spot.inner.items()}


class PlainReader:
    """Builds data and spots from YAML's events, without recursion."""

    def __init__(self, name):
        self.name = name
        self.findings = []

    def build(self, text):
        data, spot = None, None
        try:
            data, spot = self._run(yaml.parse(text, Loader=documents._LOADER))
        except documents._Stop:
            pass
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            if "nesting" in str(error.problem):  # libyaml looks ahead, and gives up itself at some depth
                self._add("CAS411", mark, allowed=documents.MOST_DEPTH)
                return Document(self.name, None, tuple(self.findings))
            mark, problem = syntax_problem(text, error, mark)
            self._add("CAS401", mark, problem=problem[0].upper() + problem[1:])
        except yaml.YAMLError as error:
            self._add("CAS401", None, problem=str(error).partition("\n")[0])
        return Document(self.name, data, tuple(self.findings), spot)

    def _add(self, code, mark, **values):
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        self.findings.append(finding(code, **values).at(file=self.name, line=line, column=column))

    def _run(self, events):
        top = []
        top_spot = Spot(1, 1)
        stack = [(top, top_spot, [])]
        started = 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                started += 1
                if started > 1:
                    self._add("CAS405", event.start_mark)
                    raise documents._Stop
            elif isinstance(event, yaml.ScalarEvent):
                self._check_node(event)
                self._put(stack, self._scalar(event), event)
            elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
                self._check_node(event)
                if len(stack) > documents.MOST_DEPTH:
                    self._add("CAS411", event.start_mark, allowed=documents.MOST_DEPTH)
                    raise documents._Stop
                value = {} if isinstance(event, yaml.MappingStartEvent) else []
                stack.append((value, self._put(stack, value, event), []))
            elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
                stack.pop()
            elif isinstance(event, yaml.AliasEvent):
                self._add("CAS403", event.start_mark, value=f"*{event.anchor}")
                self._put(stack, None, event)
        return (top[0], top_spot.inner[0]) if top else (None, None)

    def _check_node(self, event):
        if event.anchor is not None:
            self._add("CAS403", event.start_mark, value=f"&{event.anchor}")
        if event.tag not in documents._PLAIN_TAGS:
            self._add("CAS404", event.start_mark, value=event.tag.replace("tag:yaml.org,2002:", "!!"))

    def _put(self, stack, value, event):
        """Put a value into the innermost container and return its spot."""
        container, spot, pending = stack[-1]
        here = (event.start_mark.line + 1, event.start_mark.column + 1)
        new = Spot(*here)
        if isinstance(container, list):
            spot.inner[len(container)] = new
            container.append(value)
        elif not pending:
            pending.append((self._key(container, spot, event), here))
        else:
            (key, new.key) = pending.pop()
            if key is not None:
                container[key] = value
                spot.inner[key] = new
        return new

    def _key(self, container, spot, event):
        """Return the text of a key, or None for one that cannot be a key."""
        key = event.value if isinstance(event, yaml.ScalarEvent) else None
        if key is None:
            self._add("CAS401", event.start_mark, problem="A key must be a plain word.")
        elif key in container:
            self._add("CAS402", event.start_mark, value=key, first=spot.inner[key].line)
            return None
        return key

    def _scalar(self, event):
        text = event.value
        if not event.implicit[0] or event.style:
            return text
        if text in documents._CONSTANTS:
            return documents._CONSTANTS[text]
        if documents._INTEGER.match(text):
            return int(text) if len(text) < documents.LONGEST_NUMBER else text
        if documents._SPECIAL.match(text):
            self._add("CAS412", event.start_mark, value=text)
            return math.inf
        if documents._FLOAT.match(text) and not documents._LEADING_ZERO.match(text):
            number = float(text)
            if not math.isfinite(number):
                self._add("CAS412", event.start_mark, value=text)
            return number
        return text
