"""The generators of this process as they are at exit: their states, and what each says of its seed.

None of them is asked for a number, and none is changed. What a state was seeded with is worked out on the host.
"""

import sys

MYPY = False  # True for the type checker alone
if MYPY:
    from typing import Any, Iterator

    Facts = dict[str, Any]


def read_generators(heard: "dict[str, Any]") -> "list[Facts]":
    """Return what is known of each generator of the libraries that are loaded. `heard`: what was noted on the way."""
    found: list[Facts] = [_hash_seed()]
    for name, read in (("random", _python), ("numpy.random.mtrand", _numpy), ("numpy.random._generator", _made),
                       ("torch._C", _torch), ("tensorflow.python.eager.context", _tensorflow),
                       ("jax._src.random", _jax)):  # fmt: skip
        module = sys.modules.get(name)
        if module is not None:
            try:
                found += read(module, heard)
            except Exception:
                pass  # every version of a library lacks something
    return found


def _hash_seed() -> "Facts":
    """The seed by which text is hashed: set before the start, or another one in each process."""
    value = sys.modules["os"].environ.get("PYTHONHASHSEED")
    fixed = bool(value) and value != "random"
    return {"name": "PYTHONHASHSEED", "seeded": fixed, "seed": value if fixed else None}


def _python(module: "Any", heard: "dict[str, Any]") -> "Iterator[Facts]":
    state = module.getstate()
    yield {"name": "random", "state": repr(state).encode(), "twister": list(state[1]), "first": _first(heard, "random")}


def _first(heard: "dict[str, Any]", name: str) -> "Any":
    first = heard.get(name)
    return None if first is None else list(first)


def _numpy(module: "Any", heard: "dict[str, Any]") -> "Iterator[Facts]":
    """numpy's global generator. Until it is seeded it keeps the entropy that it started from (since numpy 1.17)."""
    generator = module._rand
    facts: Facts = {"name": "numpy", "state": _numpy_state(generator)}
    if _is_twister(generator):
        facts["twister"] = _words(generator)
        facts["first"] = _first(heard, "numpy.random.mtrand")
        source: Any = getattr(generator, "_bit_generator", None)
        if hasattr(source, "_seed_seq"):
            facts["seeded"] = source._seed_seq is None
            if heard.get("jax._src.clusters.k8s_cluster"):
                facts["first"] = _first(heard, "jax._src.clusters.k8s_cluster")
            elif source._seed_seq is not None:
                start = type(source)(source._seed_seq).state["state"]
                facts["first"] = [*start["key"].tolist(), start["pos"]]
    yield facts


def _words(generator: "Any") -> "list[int]":
    state = generator.get_state()
    return [*state[1].tolist(), state[2]]


def _is_twister(generator: "Any") -> bool:
    """Say whether it is the generator that it always was: another can be put in its place, since numpy 1.24."""
    source = getattr(generator, "_bit_generator", None)
    return source is None or type(source).__name__ == "MT19937"


def _numpy_state(random: "Any") -> bytes:
    """Return the state of numpy's global generator; asked in the new form, because the old one may warn."""
    try:
        state = random.get_state(legacy=False)
    except TypeError:
        return repr([getattr(part, "tolist", lambda part=part: part)() for part in random.get_state()]).encode()
    key = state["state"].get("key")
    rest = {name: value for name, value in state["state"].items() if name != "key"}
    return repr((state["bit_generator"], None if key is None else key.tolist(), sorted(rest.items()))).encode()


def _made(module: "Any", heard: "dict[str, Any]") -> "Iterator[Facts]":
    """Generators that the program made: those that asked for a seed, and those that a module of it holds at exit."""
    places = heard.get("numpy.random.bit_generator") or {}
    for place in places:
        yield {"name": "numpy.default_rng", "used": True, "seeded": False, "where": place}
    for generator in _held(module.Generator):
        source = generator.bit_generator
        sequence = source.seed_seq if hasattr(source, "seed_seq") else source._seed_seq
        entropy = sequence.entropy
        if places and isinstance(entropy, int) and entropy.bit_length() > 64:
            continue  # it is one of those that asked
        again = type(sequence)(entropy, spawn_key=sequence.spawn_key, pool_size=sequence.pool_size)
        used = repr(type(source)(again).state) != repr(source.state)
        yield {"name": "numpy.default_rng", "used": used, "seeded": True, "seed": repr(entropy),
               "state": repr(source.state).encode()}  # fmt: skip


def _held(kind: type) -> "Iterator[Any]":
    """Yield the generators among the variables of the program's own modules."""
    library = sys.modules["os"].__file__.rsplit("/", 1)[0] + "/"  # type: ignore[union-attr]
    for module in list(sys.modules.values()):
        try:
            names = object.__getattribute__(module, "__dict__")  # past the module's own attribute access
            file = names.get("__file__") or ""
        except Exception:
            continue
        if names.get("__name__") == "__main__" or (file and "-packages/" not in file and not file.startswith(library)):
            yield from [value for value in list(names.values()) if type(value) is kind]


def _torch(module: "Any", heard: "dict[str, Any]") -> "Iterator[Facts]":
    """torch keeps the seed of each generator. A fresh one with that seed shows whether numbers were drawn since."""
    generator = module.default_generator
    seed, state = generator.initial_seed(), _bytes(generator.get_state())
    fresh = module.Generator()
    fresh.manual_seed(seed)
    started = heard.get("torch._C")
    seeded = None if started is None else started != seed
    yield {"name": "torch", "used": _bytes(fresh.get_state()) != state, "seeded": seeded, "state": state,
           "seed": str(seed) if seeded else None}  # fmt: skip
    cuda: Any = sys.modules.get("torch.cuda")
    if cuda is not None and cuda.is_initialized():
        for number, device in enumerate(cuda.default_generators):
            state = _bytes(device.get_state())
            same = seed if seeded and device.initial_seed() == seed else None  # else it may come from the system
            yield {"name": "torch.cuda:{}".format(number), "state": state, "used": any(state[8:16]),
                   "seeded": same is not None or None, "seed": None if same is None else str(same)}  # fmt: skip


def _bytes(state: "Any") -> bytes:
    return bytes(state.tolist())


def _tensorflow(module: "Any", heard: "dict[str, Any]") -> "Iterator[Facts]":
    """TensorFlow's global seed. The seeds of its operations come from a `random.Random` that starts from it."""
    context = module._context
    seed = None if context is None else context._seed
    used = None
    if seed is not None:
        random: Any = sys.modules["random"]
        used = context._rng.getstate() != random.Random(seed).getstate()
    yield {"name": "tensorflow", "seeded": seed is not None, "seed": None if seed is None else str(seed), "used": used}


def _jax(module: "Any", heard: "dict[str, Any]") -> "Iterator[Facts]":
    """JAX has keys and no global generator: each begins with a seed. What was compiled tells what was called."""
    called = set()
    for name, part in list(sys.modules.items()):
        if name.startswith(("jax._src.random", "jax._src.prng")):
            called |= {label for label, value in list(vars(part).items()) if _was_compiled(value)}
    if called:
        yield {"name": "jax", "seeded": True, "used": any(not label.endswith("_seed") for label in called)}


def _was_compiled(function: "Any") -> bool:
    try:
        return function._cache_size() > 0  # type: ignore[no-any-return]
    except Exception:
        return False  # it is no compiled function
