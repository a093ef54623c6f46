"""Finds, in the code that a run loaded, where randomness is seeded and where it is not. Reads code, never runs it.

Why by reading: a `seed` that is wrapped in the user's process shows in tracebacks, turns aside warnings and cannot be
pickled as the original can, and the first rule of a recorder is that it changes nothing. With what a generator was
seeded is read from its state (`generators`); the code says in which line. These findings explain a difference; they
never decide one.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable

from reproof.capture.code import Code
from reproof.model.snapshot import SeedUse

SEED_ALL = {
    "transformers.set_seed", "transformers.trainer_utils.set_seed", "accelerate.utils.set_seed",
    "lightning.seed_everything", "lightning.pytorch.seed_everything", "lightning.fabric.seed_everything",
    "pytorch_lightning.seed_everything", "keras.utils.set_random_seed", "tensorflow.keras.utils.set_random_seed",
}  # fmt: skip
"""Each seeds `random`, numpy and its framework."""
SEEDERS = SEED_ALL | {
    "random.seed", "numpy.random.seed", "torch.manual_seed", "torch.cuda.manual_seed", "torch.cuda.manual_seed_all",
    "torch.random.manual_seed", "tensorflow.random.set_seed", "tensorflow.set_random_seed",
    "tensorflow.compat.v1.set_random_seed", "jax.random.PRNGKey", "jax.random.key",
}  # fmt: skip
CONSTRUCTORS = {
    "numpy.random.default_rng", "numpy.random.RandomState", "numpy.random.SeedSequence", "numpy.random.PCG64",
    "numpy.random.MT19937", "numpy.random.Philox", "random.Random",
}  # fmt: skip
"""Seeded by their first argument; without one they ask the operating system."""
ALWAYS_RANDOM = {"random.SystemRandom", "os.urandom", "secrets.token_bytes", "secrets.token_hex", "uuid.uuid4"}
GLOBAL_DRAWS = ("random.", "numpy.random.", "torch.")
"""Calls below these draw from a module's global generator."""


def learn_seeds(files: Iterable[Code]) -> tuple[SeedUse, ...]:
    """Return where the project's code that was loaded seeds randomness, or fails to."""
    return settle(use for code in files for use in find_seeds(code))


def find_seeds(code: Code) -> tuple[SeedUse, ...]:
    """Return the uses of randomness in one Python file, in the order of their lines."""
    found: list[SeedUse] = []
    for node in code.nodes:
        if isinstance(node, ast.Call) and (name := code.name(node.func)) is not None:
            seeded = judge_call(name, node)
            if seeded is not None:
                seed = constant_seed(node, name) if seeded else None
                found.append(SeedUse(path=code.path, line=node.lineno, call=name, seeded=seeded, seed=seed))
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
    if seeders & SEED_ALL:
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


def constant_seed(call: ast.Call, name: str) -> str | None:
    """Return the seed that is written in the call itself, as Python writes it; None if it is computed."""
    named = [k.value for k in call.keywords if k.arg in ("seed", "a", "x", "entropy", "random_state", "random_seed")]
    given = named or (call.args if name in SEEDERS | CONSTRUCTORS else [])
    return repr(given[0].value) if given and isinstance(given[0], ast.Constant) else None


def is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None
