"""Finds, in the code that a run loaded, where randomness is seeded and where it is not. Reads code, never runs it.

Why by reading: replacing `seed` functions in the user's process could change what it does, and the first rule of a
recorder is that it does not. The findings only ever explain a difference; they never decide one.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable

from reproof.model.snapshot import LoadedFile, SeedUse, SourceFile
from reproof.store.blobs import Blobs

SEEDERS = {
    "random.seed", "numpy.random.seed", "torch.manual_seed", "torch.cuda.manual_seed", "torch.cuda.manual_seed_all",
    "torch.random.manual_seed", "tensorflow.random.set_seed", "tensorflow.set_random_seed", "transformers.set_seed",
    "lightning.seed_everything", "pytorch_lightning.seed_everything", "lightning.pytorch.seed_everything",
    "keras.utils.set_random_seed", "tensorflow.keras.utils.set_random_seed", "accelerate.utils.set_seed",
}  # fmt: skip
CONSTRUCTORS = {
    "numpy.random.default_rng", "numpy.random.RandomState", "numpy.random.SeedSequence", "numpy.random.PCG64",
    "numpy.random.MT19937", "numpy.random.Philox", "random.Random",
}  # fmt: skip
"""Seeded by their first argument; without one they ask the operating system."""
ALWAYS_RANDOM = {"random.SystemRandom", "os.urandom", "secrets.token_bytes", "secrets.token_hex", "uuid.uuid4"}
GLOBAL_DRAWS = ("random.", "numpy.random.", "torch.")
"""Calls below these draw from a module's global generator."""


def learn_seeds(files: Iterable[SourceFile], loaded: Iterable[LoadedFile], blobs: Blobs) -> tuple[SeedUse, ...]:
    """Return where the project's code that was loaded seeds randomness, or fails to. Raises StoreError."""
    modules = {file.path for file in loaded if file.kind == "module"}
    code = (file for file in files if file.path in modules and file.path.endswith(".py"))
    return settle(use for file in code for use in find_seeds(blobs.get(file.digest), file.path))


def find_seeds(code: bytes, path: str) -> tuple[SeedUse, ...]:
    """Return the uses of randomness in one Python file, in the order of their lines; none if it does not parse."""
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError):
        return ()
    aliases = collect_aliases(tree)
    found: list[SeedUse] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and (name := full_name(node.func, aliases)) is not None:
            seeded = judge_call(name, node)
            if seeded is not None:
                found.append(SeedUse(path=path, line=node.lineno, call=name, seeded=seeded))
    return tuple(sorted(found, key=lambda use: (use.line, use.call)))


def judge_call(name: str, call: ast.Call) -> bool | None:
    """Say whether a call seeds (True), draws or starts unseeded (False), or has nothing to do with it (None)."""
    if name in SEEDERS:
        return has_seed(call)
    if name in CONSTRUCTORS:
        return has_seed(call)
    if name in ALWAYS_RANDOM:
        return False
    for keyword in call.keywords:
        if keyword.arg in ("random_state", "seed", "random_seed"):
            return not is_none(keyword.value)
    return False if draws(name) else None


def draws(name: str) -> bool:
    """Say whether a function draws from a module's global generator."""
    last = name.rsplit(".", 1)[-1]
    if name.startswith("torch."):
        return last.startswith(("rand", "normal", "bernoulli", "multinomial", "poisson"))
    return name.startswith(GLOBAL_DRAWS) and last.islower() and "state" not in last


def settle(uses: Iterable[SeedUse]) -> tuple[SeedUse, ...]:
    """Return the findings of a whole project: a draw from a global generator counts as seeded if anything seeds it."""
    every = tuple(uses)
    seeders = {use.call for use in every if use.seeded and use.call in SEEDERS}
    families = {draw for draw in GLOBAL_DRAWS if any(s.startswith(draw[:-1]) for s in seeders)}
    if any(seeder.endswith(("seed_everything", "set_seed", "set_random_seed")) for seeder in seeders):
        families = set(GLOBAL_DRAWS)
    covered = tuple(families - {""})
    return tuple(
        use.model_copy(update={"seeded": True})
        if covered and use.call.startswith(covered) and use.call not in CONSTRUCTORS
        else use
        for use in every
    )


def has_seed(call: ast.Call) -> bool:
    """Say whether the first argument, or one called seed, is there and not None."""
    given = [*call.args, *(k.value for k in call.keywords if k.arg in ("seed", "a", "x", "entropy", None))]
    return bool(given) and not is_none(given[0])


def is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def collect_aliases(tree: ast.AST) -> dict[str, str]:
    """Return the full names behind the file's imported names: `np` -> `numpy`, `seed` -> `random.seed`."""
    aliases: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for item in node.names:
                top = item.name.split(".")[0]
                aliases[item.asname or top] = item.name if item.asname else top
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for item in node.names:
                aliases[item.asname or item.name] = f"{node.module}.{item.name}"
    return aliases


def full_name(node: ast.expr, aliases: dict[str, str]) -> str | None:
    """Return the dotted name of what is called, imports resolved; None for anything that is not plainly named."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name) or node.id not in aliases:
        return None
    return ".".join([aliases[node.id], *reversed(parts)])
