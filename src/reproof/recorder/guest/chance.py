"""The guest's ear for chance: the first state of each generator, and who makes one of numpy's without a seed.

No function that a program calls is wrapped: a wrapper stands in the traceback of a seed that is refused, turns aside
the warning that is meant for the caller, cannot be pickled as the original can, and is found by whoever compares. What
a generator was seeded with is read from its state, afterwards and elsewhere. Only two things cannot be learned later.
The state from which a generator started is noted when the first module after it is looked for. And a generator without
a seed asks the operating system for one through a name of numpy's own (`randbits`), which nobody else calls and which
cannot fail: there we listen.
"""

import sys

MYPY = False  # True for the type checker alone: `typing` is too slow to import here
if MYPY:
    from typing import Any, Callable, Optional

_NAMED = 20
"""Places that are kept of those that make a generator without a seed."""


_JITTER = "jax._src.clusters.k8s_cluster"
"""Draws from numpy's global generator when it is imported, with all of JAX: that is no use of it by the program."""


class Bell:
    """A finder that finds nothing: an import of something new rings it, and it looks what has come since the last."""

    def __init__(self, heard: "dict[str, Any]", end: "Callable[[], Any]", guest: str) -> None:
        self.heard = heard
        self.guest = guest
        self.awaited: list[tuple[str, Callable[[Any], Any]]] = [
            ("random", lambda module: module.getstate()[1]),
            ("numpy.random.mtrand", _numpy_state),
            ("numpy.random.bit_generator", lambda module: _listen(module, heard)),
            ("torch._C", lambda module: module.default_generator.initial_seed()),
            ("jax.random", lambda module: end()),
            (_JITTER, lambda module: heard["numpy"] and _numpy_state(sys.modules["numpy.random.mtrand"])),
        ]

    def find_spec(self, name: str, path: "Any" = None, target: "Any" = None) -> None:
        """Say that we have no such module."""
        modules = sys.modules
        if self.guest and "sitecustomize" in modules:
            self.step_aside()
        for entry in self.awaited:
            if entry[0] in modules:
                self.look(entry)
        if name == _JITTER:
            self.heard["numpy"] = self.is_new()

    def step_aside(self) -> None:
        """Take our sitecustomize out of memory, now that Python has done with it: without us there is none."""
        file = getattr(sys.modules["sitecustomize"], "__file__", None) or ""
        if file == self.guest + "/sitecustomize.py":
            del sys.modules["sitecustomize"]
        self.guest = ""

    def look(self, entry: "tuple[str, Callable[[Any], Any]]") -> None:
        """Note what there is to note of a module, unless it is still being made: then at another ring."""
        try:
            module = sys.modules[entry[0]]
            if not getattr(getattr(module, "__spec__", None), "_initializing", False):
                self.awaited = [other for other in self.awaited if other is not entry]
                self.heard[entry[0]] = entry[1](module)
        except Exception:
            pass

    def is_new(self) -> bool:
        """Say whether nobody has drawn from numpy's global generator."""
        try:
            numpy = sys.modules.get("numpy.random.mtrand")
            return numpy is None or bool(self.heard["numpy.random.mtrand"] == _numpy_state(numpy))
        except Exception:
            return False


def listen(heard: "dict[str, Any]", end: "Callable[[], Any]", guest: str) -> None:
    """Begin to listen; `heard` is filled by and by, and read at exit. `guest` is the folder of this file.

    `end` is called once when JAX is there: at exit it forgets what it has compiled and on which device, and whoever
    registers after it is called before it.
    """
    sys.meta_path.insert(0, Bell(heard, end, guest))


def _numpy_state(module: "Any") -> "Any":
    """Return key and position of numpy's global generator; the words of one call, as the old form has them."""
    state = module._rand.get_state()
    return [*state[1].tolist(), state[2]]


def _listen(module: "Any", heard: "dict[str, Any]") -> "Optional[dict[str, int]]":
    """Note from now on where numpy asks the operating system for a seed."""
    places: dict[str, int] = {}
    original = module.randbits

    def randbits(k: int) -> int:
        try:
            caller = sys._getframe(1)
            place = None if _may_be_seeded(caller.f_code.co_names) else _place(caller)
            if place is not None and (place in places or len(places) < _NAMED):
                places[place] = places.get(place, 0) + 1
        except Exception:
            pass
        return original(k)  # type: ignore[no-any-return]

    module.randbits = randbits
    return places


def _may_be_seeded(names: "tuple[str, ...]") -> bool:
    """Say whether code with these names may be making a RandomState: that asks for a seed although it was given one.

    One that was given none is found by reading the code.
    """
    return "RandomState" in names and not {"default_rng", "SeedSequence"}.intersection(names)


def _place(frame: "Any") -> "Optional[str]":
    """Return the line of the program that led here; None for what a library makes for itself when it is imported."""
    library = sys.modules["os"].__file__.rsplit("/", 1)[0] + "/"  # type: ignore[union-attr]
    imported = False
    while frame is not None:
        file = frame.f_code.co_filename
        if file[:1] == "<" and "importlib" in file:
            imported = True
        elif "-packages/" not in file and not file.startswith(library):
            return None if imported else "{}:{}".format(file, frame.f_lineno)
        frame = frame.f_back
    return None
