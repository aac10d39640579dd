"""Which metrics a text names: an exposition, or an expression of PromQL. Knows no rule and no dashboard."""

import dataclasses
import re

_SAMPLE = re.compile(r"([a-zA-Z_:][\w:]*)(?:\{(.*)\})? \S+$")
_LABEL = re.compile(r'([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"')
_PARTS = {"histogram": ("_bucket", "_sum", "_count"), "summary": ("_sum", "_count", "")}


@dataclasses.dataclass
class Family:
    type: str
    help: str = ""
    labels: dict = dataclasses.field(default_factory=dict)  # name -> values seen

    def samples(self, name):
        """Names under which a server keeps it."""
        return [name + part for part in _PARTS.get(self.type, ("",))]


def exposition(text):
    """Metric families by name, from the Prometheus text format."""
    families = {}
    for line in text.splitlines():
        if line.startswith("# "):
            _, kind, name, said = (line + " ").split(" ", 3)
            family = families.setdefault(name, Family("untyped"))
            if kind in ("TYPE", "HELP"):
                setattr(family, kind.lower(), said.strip())
        elif line:
            sample = _SAMPLE.match(line)
            if sample is None:
                raise ValueError(f"no sample: {line}")
            name, labels = sample.groups()
            for base in (name, re.sub(r"_(bucket|sum|count)$", "", name)):
                if base in families and name in families[base].samples(base):
                    for label, value in _LABEL.findall(labels or ""):
                        families[base].labels.setdefault(label, set()).add(value)
                    break
            else:
                families[name] = Family("untyped")
    return families


_TOKEN = re.compile(r"""
      (?P<space>\s+|\#[^\n]*)
    | (?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`)
    | (?P<range>\[[^\]]*\])
    | (?P<number>(?:\d|\.\d)[\w.]*)
    | (?P<name>[a-zA-Z_:][\w:]*)
    | (?P<matchers>\{(?:[^"'}]|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')*\})
    | (?P<other>.)
""", re.VERBOSE)
_LISTS = {"by", "without", "on", "ignoring", "group_left", "group_right"}
_WORDS = {"and", "or", "unless", "bool", "offset", "inf", "nan", "atan2"}
_AGGREGATES = {"sum", "min", "max", "avg", "group", "stddev", "stdvar", "count", "count_values",
               "bottomk", "topk", "quantile"}
_MATCHER = re.compile(r'([a-zA-Z_]\w*)\s*(=~|!~|!=|=)\s*"((?:[^"\\]|\\.)*)"')


@dataclasses.dataclass
class Selector:
    metric: str
    matchers: list  # (label, operator, value)
    text: str


def _tokens(expression):
    found = [(match.lastgroup, match.group()) for match in _TOKEN.finditer(expression)
             if match.lastgroup != "space"]
    return found + [("end", "")]


def _end_of_list(tokens, at):
    """The place after '(a, b)' at this place; the place itself when there is no such list."""
    if tokens[at][1] != "(":
        return at
    while tokens[at][1] != ")":
        at += 1
    return at + 1


def selectors(expression):
    """Every metric that the expression reads, with the matchers on its labels, in order."""
    tokens, found, at = _tokens(expression), [], 0
    while tokens[at][0] != "end":
        kind, text = tokens[at]
        at += 1
        word = text.lower()
        if kind == "matchers":
            raise ValueError(f"a selector without a metric: {text}")
        if kind != "name" or word in _WORDS or word in _AGGREGATES:
            continue
        if word in _LISTS:
            at = _end_of_list(tokens, at)
        elif tokens[at][1] != "(":
            matchers = tokens[at][1] if tokens[at][0] == "matchers" else ""
            at += bool(matchers)
            found.append(Selector(text, _MATCHER.findall(matchers), text + matchers))
    return found


def grouping_labels(expression):
    """Labels in the lists of by, without, on, ignoring, group_left, group_right."""
    tokens = _tokens(expression)
    for at, (kind, text) in enumerate(tokens):
        if kind == "name" and text.lower() in _LISTS:
            for inner in tokens[at + 1:_end_of_list(tokens, at + 1)]:
                if inner[0] == "name":
                    yield inner[1]
