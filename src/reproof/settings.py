"""Reads reproof.yaml: the usual command, what counts as a result, how exactly it must come back, what to leave out.

    command: [python, train.py]
    results: ["metrics.json", "*.csv"]
    tolerances: {"metrics.json:accuracy": {absolute: 0.01}, "*.csv": {relative: 1e-6}}
    ignore: ["stderr", "logs/*"]
    profile: false
    secrets: {allow: ["sk-test-*", pad_token, "tests/keys/*"]}

The tree of nodes is read, not the plain values, so that every complaint can name its line.
"""

from __future__ import annotations

import difflib
import math
import shlex
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from reproof.errors import UsageError
from reproof.model.policy import Policy, Tolerance

KEYS = ("command", "results", "tolerances", "ignore", "profile", "secrets")
TOLERANCE_KEYS = ("absolute", "relative")
KINDS: dict[type[yaml.Node], str] = {yaml.MappingNode: "a mapping", yaml.SequenceNode: "a list"}


@dataclass(frozen=True, slots=True)
class Settings:
    """What a reproof.yaml declares; `command` is None when it names none."""

    policy: Policy = field(default_factory=Policy)
    command: tuple[str, ...] | None = None
    profile: bool = True
    """Whether data files are looked into, so that it can be said how they changed."""


def load_settings(path: Path) -> Settings:
    """Return what the file at `path` declares; an empty file declares nothing.

    Raises:
        UsageError: it cannot be read, is not YAML, or holds an unknown key or a value of the wrong kind. The message
            names file and line, the hint the nearest valid key.
    """
    root = parse(path)
    if root is None:
        return Settings()
    reader = Reader(path)
    given = reader.mapping(root, "the file", KEYS)
    command = reader.command(given["command"]) if "command" in given else None
    policy = Policy(
        results=reader.patterns(given.get("results"), "results"),
        tolerances=reader.tolerances(given.get("tolerances")),
        ignore=reader.patterns(given.get("ignore"), "ignore"),
        allowed_secrets=reader.allowed(given.get("secrets")),
    )
    profile = "profile" not in given or reader.choice(given["profile"], "profile")
    return Settings(policy, command, profile)


def parse(path: Path) -> yaml.Node | None:
    """Return the root node of a YAML file, None when it holds nothing.

    Raises:
        UsageError: it cannot be read or is not YAML.
    """
    try:
        node = yaml.compose(path.read_bytes(), Loader=yaml.SafeLoader)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.", "Check its permissions, or remove it.") from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"{path}, line {mark.line + 1}, column {mark.column + 1}" if mark else str(path)
        raise UsageError(
            f"{where}: not valid YAML: {error.problem}.", "Check indentation, quotes and brackets."
        ) from error
    except yaml.YAMLError as error:
        reason = str(error).splitlines()[0]
        raise UsageError(f"{path}: not valid YAML: {reason}.", "Save it as plain UTF-8 text.") from error
    return node if isinstance(node, yaml.Node) else None


@dataclass(frozen=True, slots=True)
class Reader:
    """Turns nodes into values; every complaint names the file and the line of the node."""

    path: Path

    def complain(self, node: yaml.Node, what: str, hint: str) -> UsageError:
        """Return the error about `node`, for the caller to raise."""
        return UsageError(f"{self.path}, line {node.start_mark.line + 1}: {what}.", hint)

    def mapping(self, node: yaml.Node, name: str, valid: tuple[str, ...] = ()) -> dict[str, yaml.Node]:
        """Return keys and value nodes; keys must occur once, and be among `valid` when it is given."""
        if not isinstance(node, yaml.MappingNode):
            raise self.complain(
                node, f"{name} is {describe(node)}, expected a mapping", f"Write `key: value`{among(valid)}."
            )
        found: dict[str, yaml.Node] = {}
        for key_node, value in node.value:
            key = self.text(key_node, f"a key of {name}")
            if key in found:
                raise self.complain(key_node, f"the key {key!r} of {name} occurs twice", "Keep one of them.")
            if valid and key not in valid:
                raise self.complain(key_node, f"unknown key {key!r}", suggest(key, valid))
            found[key] = value
        return found

    def text(self, node: yaml.Node, name: str) -> str:
        """Return the text of a scalar, exactly as it was written."""
        if not isinstance(node, yaml.ScalarNode) or is_empty(node):
            raise self.complain(
                node, f"{name} is {describe(node)}, expected text", "Write a text, in quotes if need be."
            )
        return str(node.value)

    def texts(self, node: yaml.Node, name: str) -> tuple[str, ...]:
        """Return the texts of a list."""
        if not isinstance(node, yaml.SequenceNode):
            raise self.complain(node, f"{name} is {describe(node)}, expected a list", f"Write `{name}: [a, b]`.")
        return tuple(self.text(item, f"an entry of {name}") for item in node.value)

    def patterns(self, node: yaml.Node | None, name: str) -> tuple[str, ...]:
        """Return a list of patterns; none when the key is absent or empty."""
        return () if node is None or is_empty(node) else self.texts(node, name)

    def command(self, node: yaml.Node) -> tuple[str, ...]:
        """Return the words of a command, written as a list or as one line in the shell's quoting."""
        if isinstance(node, yaml.SequenceNode):
            words = self.texts(node, "command")
        else:
            try:
                words = tuple(shlex.split(self.text(node, "command")))
            except ValueError as error:
                raise self.complain(
                    node, f"command cannot be split into words: {error}", "Write it as a list."
                ) from error
        if words:
            return words
        raise self.complain(node, "command is empty", "Write `command: [python, train.py]`, or leave the key out.")

    def choice(self, node: yaml.Node, name: str) -> bool:
        """Return true or false, as YAML 1.1 spells them."""
        if node.tag != "tag:yaml.org,2002:bool":
            raise self.complain(node, f"{name} is {describe(node)}, expected true or false", f"Write `{name}: false`.")
        return yaml.SafeLoader.bool_values[str(node.value).lower()]

    def allowed(self, node: yaml.Node | None) -> tuple[str, ...]:
        """Return the patterns of what is no secret."""
        if node is None or is_empty(node):
            return ()
        return self.patterns(self.mapping(node, "secrets", ("allow",)).get("allow"), "allow")

    def tolerances(self, node: yaml.Node | None) -> tuple[tuple[str, Tolerance], ...]:
        """Return patterns and tolerances in the order of the file; the first match counts."""
        if node is None or is_empty(node):
            return ()
        return tuple(
            (pattern, self.tolerance(value, pattern)) for pattern, value in self.mapping(node, "tolerances").items()
        )

    def tolerance(self, node: yaml.Node, pattern: str) -> Tolerance:
        """Return one tolerance."""
        given = self.mapping(node, f"the tolerance of {pattern!r}", TOLERANCE_KEYS)
        return Tolerance(**{key: self.number(value, f"{key} of {pattern!r}") for key, value in given.items()})

    def number(self, node: yaml.Node, name: str) -> float:
        """Return a number >= 0. The text is read, for YAML 1.1 takes `1e-6`, which has no dot, for a word."""
        try:
            value = float(self.text(node, name))
        except ValueError:
            value = math.nan
        if not (math.isfinite(value) and value >= 0):
            raise self.complain(
                node, f"{name} is {describe(node)}, expected a number >= 0", "Write it as 0.01 or 1e-6."
            )
        return value


def is_empty(node: yaml.Node) -> bool:
    """Say whether a key was left without a value."""
    return node.tag == "tag:yaml.org,2002:null"


def describe(node: yaml.Node) -> str:
    """Return what a node is, in words for a message."""
    return "empty" if is_empty(node) else KINDS.get(type(node)) or repr(node.value)


def among(valid: tuple[str, ...]) -> str:
    return f" with the keys {', '.join(valid)}" if valid else ""


def suggest(key: str, valid: tuple[str, ...]) -> str:
    """Return the hint for an unknown key: the nearest valid one, if any is near, and all of them."""
    near = difflib.get_close_matches(key.lower(), valid, n=1)
    return f"{f'Did you mean {near[0]!r}? ' if near else ''}Valid keys: {', '.join(valid)}."
