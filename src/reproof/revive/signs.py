"""How a Python program says why it failed, and what that means for a project brought back from its date."""

from __future__ import annotations

import re
from dataclasses import dataclass

from reproof.model.resolution import ObstacleKind

MODULE = re.compile(
    r"No module named ['\"]?([\w.]+)"
    r"|Missing (?:optional|required) dependenc(?:y|ies) ['\"]([\w.-]+)['\"]"
    r"|[Pp]lease (?:do )?`?(?:pip )?install ([\w.-]+)"
    r"|`?(?:pip|pip3) install ([A-Za-z][\w.-]+)`?"
)
"""A module, or a distribution, that is not installed."""
LIBRARY = re.compile(r"((?:lib)?[\w+.-]+\.so(?:\.[0-9]+)*): cannot open shared object file")
"""A shared library that is not there."""


@dataclass(frozen=True, slots=True)
class Sign:
    """A text by which a failure is known; `what` may hold what the pattern found, as `{0}`."""

    kind: ObstacleKind
    pattern: re.Pattern[str]
    what: str
    remedy: str


SIGNS = (
    Sign(
        "system library",
        LIBRARY,
        "the system library {0} is missing",
        "find its package (`apt-file search {0}`); it may be that of an older release of the distribution",
    ),
    Sign(
        "accelerator",
        re.compile(
            r"Found no NVIDIA driver|CUDA driver version is insufficient|no CUDA-capable device|"
            r"Torch not compiled with CUDA enabled|CUDA unavailable|Attempting to deserialize object on a CUDA device"
        ),
        "it wants a GPU, and this container has none",
        "run it where there is one, or with the project's own option for the CPU",
    ),
    Sign(
        "display",
        re.compile(
            r"no display name and no \$DISPLAY|couldn't connect to display|[Cc]an(?:no|')t (?:connect to|open) "
            r"(?:X server|display)|could not connect to display|NoSuchDisplayException|No available video device"
            r"|X11: Failed to open|The function is not implemented\. Rebuild the library with (?:Windows|GTK)"
        ),
        "it wants a display, and a container has none",
        "use its option for running without a window, or run it below a virtual display (`xvfb-run`)",
    ),
    Sign(
        "keyboard",
        re.compile(r"EOFError: EOF when reading a line|Inappropriate ioctl for device|termios\.error"),
        "it waits for somebody at a keyboard, and a replay has nobody there",
        "give what it asks for as an option, or feed it: sh -c 'echo yes | python main.py'",
    ),
    Sign(
        "data",
        re.compile(
            r"Temporary failure in name resolution|Name or service not known|nodename nor servname|getaddrinfo failed"
            r"|Network is unreachable|Failed to establish a new connection|Could not resolve host|Max retries exceeded"
        ),
        "it wants to download something, and a replay has no network",
        "download it once by hand into the project's folder, and let the command read it from there",
    ),
    Sign(
        "Python 2",
        re.compile(
            r"Missing parentheses in call to '(?:print|exec)'"
            r"|name '(?:xrange|unicode|raw_input|reduce|unichr|basestring)' is not defined"
            r"|has no attribute '(?:has_key|iteritems|itervalues)'"
            r"|No module named '?(?:cPickle|urllib2|ConfigParser|Queue|StringIO|__builtin__|Tkinter)\b"
            r"|inconsistent use of tabs and spaces"
        ),
        "the code is Python 2: {text}",
        "port it (2to3 does most of it), and capture it again",
    ),
    Sign(
        "data",
        re.compile(r"(?:No such file or directory|[Ff]ile not found|does not exist)[:']* *b?'?([^'\n]*)"),
        "a file is missing that the project does not hold: {0}",
        "put it where the project looks for it, and capture it again; a README may say where it comes from",
    ),
    Sign(
        "no interpreter",
        re.compile(r"SyntaxError: .*|IndentationError: .*"),
        "a file is not written for this version of Python: {text}",
        "name another version: --python X.Y",
    ),
    Sign(
        "versions",
        re.compile(
            r"cannot import name ['\"]?(\w+)|has no attribute ['\"](\w+)|(numpy\.\w+ size changed)"
            r"|got an unexpected keyword argument ['\"](\w+)|(Descriptors cannot (?:not )?be created directly)"
            r"|undefined symbol: (\w+)|(requires? .* but .* is installed)"
        ),
        "the versions of that day do not fit the code or each other: {text}",
        "try another date (--as-of), or declare the version that the project was written for",
    ),
    Sign(
        "arguments",
        re.compile(r"error: the following arguments are required: (.*)|error: (?:too few|unrecognized) arguments"),
        "the command lacks arguments: {text}",
        "capture it again with the words that the project's README gives",
    ),
)  # fmt: skip
"""In order: what comes first explains what comes after it."""
