"""The rules behind the ranking: from what differs between two records to what may have made the difference."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from reproof.model.comparison import ClosureDifference, Comparison, FieldDifference
from reproof.model.snapshot import Snapshot
from reproof.model.verdict import Cause

Fields = Mapping[str, FieldDifference]
Weighed = tuple[int, Cause]

ARITHMETIC = (
    ("kernel", 60, "another kernel is used"),
    ("threads", 58, "another number of threads is used"),
    ("version", 56, "another version is loaded"),
)
MACHINE = (
    ("hardware.cpu_model", 54, "the CPU is another model"),
    ("hardware.cpu_flags", 53, "the CPUs have different instruction sets"),
    ("hardware.cpus", 52, "the run may use other CPUs"),
    ("hardware.cpu_quota", 51, "the run has another share of CPU time"),
    ("accelerator.", 55, "the accelerator is not the same"),
)
SILENT = ("system.kernel", "system.packages.", "hardware.", "level", "accelerator.", "distributions.", "inputs.",
          "datasets.", "numerics.", "randomness.", "interpreter.", "command.", "parameters.", "source.",
          "libraries.")  # fmt: skip
"""Fields that another rule has looked at, or that do not reach results."""
NUMERIC = ("OMP_", "OPENBLAS_", "MKL_", "GOTO_", "BLIS_", "KMP_", "NUMEXPR_", "ATEN_", "ONEDNN_", "DNNL_", "NPY_",
           "CUDA_", "CUBLAS_", "NVIDIA_", "TF_", "TORCH_", "XLA_")  # fmt: skip
"""Beginnings of variables that choose kernels, threads or modes of arithmetic."""
HASH_SEED = "numerics.settings.python.hash_seed"


def broken_replay(comparison: Comparison) -> Iterator[Cause]:
    """Yield the end of a replay that ended otherwise than the run."""
    for result in comparison.results:
        if result.kind == "exit code" and result.status == "different":
            what = f"the replay ended differently: {result.detail}"
            yield Cause(
                what=what, evidence="results written after that point are missing or partial", where=result.name
            )


def changed_inputs(comparison: Comparison) -> Iterator[Weighed]:
    """Yield the inputs that hold other bytes, and those that only one run read: often a consequence, not a cause."""
    for field in comparison.fields:
        kind, _, path = field.field.partition(".")
        if kind in ("inputs", "datasets"):
            if "absent" in (field.original, field.replayed):
                side = "the replay" if field.replayed == "absent" else "the recorded run"
                yield 50, Cause(what=f"{path} was not read by {side}", evidence="the other run read it", where=path)
            else:
                evidence = f"{short(field.original)} -> {short(field.replayed)}"
                what = "input" if kind == "inputs" else "data set"
                yield 85, Cause(what=f"the {what} {path} has other bytes", evidence=evidence, where=path)


def changed_code(original: Snapshot, replayed: Snapshot, comparison: Comparison) -> Iterator[Cause]:
    """Yield the project's own files that differ, and arguments."""
    for difference in comparison.closure.differences:
        if difference.owner == "source":
            yield Cause(what=f"{difference.path} is not the code that was recorded", evidence=digests(difference),
                        where=difference.path)  # fmt: skip
    extra = [difference for difference in comparison.closure.extra if difference.owner == "source"]
    if extra:
        yield Cause(what=f"the replay loads code that the run did not: {extra[0].path}",
                    evidence=f"{len(extra):,} files", where=extra[0].path)  # fmt: skip
    arguments = [field for field in comparison.fields if field.field.startswith("command.argv")]
    if arguments:
        told = " ".join(original.command.argv[1:]), " ".join(replayed.command.argv[1:])
        yield Cause(what="the command has other arguments", evidence=f"{told[0]} -> {told[1]}", where="command.argv")


def changed_packages(comparison: Comparison) -> Iterator[Weighed]:
    """Yield packages of other versions or with other bytes, the interpreter, and system libraries, by owner."""
    fields = {field.field: field for field in comparison.fields}
    owners: dict[str, list[ClosureDifference]] = defaultdict(list)
    for difference in comparison.closure.differences:
        owners[difference.owner or "nobody known"].append(difference)
    versions = {"dist:" + name.removeprefix("distributions."): field for name, field in fields.items()
                if name.startswith("distributions.")}  # fmt: skip
    for owner, field in versions.items():
        count = len(owners.pop(owner, ()))
        told = f"{count:,} of its loaded files differ" if count else "none of its loaded files differ"
        package = owner.removeprefix("dist:")
        cause = Cause(what=f"{package} {field.original} -> {field.replayed}", evidence=told, where=field.field)
        yield (76 if count else 12), cause
    if "interpreter.version" in fields:
        field = fields["interpreter.version"]
        yield 74, Cause(what=f"Python {field.original} -> {field.replayed}", evidence="another interpreter",
                        where=field.field)  # fmt: skip
    for owner, files in owners.items():
        if owner != "source":
            gone = all(file.replayed is None for file in files)
            yield owner_weight(owner) - (30 if gone else 0), owner_cause(owner, files, fields)


def owner_weight(owner: str) -> int:
    """Return how likely other bytes of an owner's files change results. Files that are merely not loaded weigh less."""
    kind = owner.partition(":")[0]
    return {"dist": 72, "stdlib": 64, "environment": 50, "deb": 48}.get(kind, 45)


def owner_cause(owner: str, files: list[ClosureDifference], fields: Fields) -> Cause:
    """Return the loaded files of one owner that differ, as one cause."""
    kind, _, name = owner.partition(":")
    packages = fields.get(f"system.packages.{name}")
    if kind == "deb" and packages is not None:
        what = f"the system package {name} {packages.original} -> {packages.replayed}"
    elif kind in ("dist", "deb"):
        what = f"files of {'the system package ' if kind == 'deb' else ''}{name} are not the recorded ones"
    else:
        what = f"files of {'the standard library' if owner == 'stdlib' else owner} are not the recorded ones"
    evidence = f"{len(files):,} loaded {'file' if len(files) == 1 else 'files'}; {digests(files[0])}"
    return Cause(what=what, evidence=evidence, where=files[0].path)


def arithmetic(fields: Fields) -> Iterator[Weighed]:
    """Yield what decides the last bits: kernels, threads, framework settings, the CPU, the accelerator."""
    for name, field in fields.items():
        changed = f"{field.original} -> {field.replayed}"
        if name.startswith("numerics.pools."):
            library, _, what = name.removeprefix("numerics.pools.").rpartition(".")
            for key, weight, sentence in ARITHMETIC:
                if what == key:
                    yield weight, Cause(what=f"{library}: {sentence}", evidence=changed, where=name)
        elif name.startswith("numerics.settings.") and name != HASH_SEED:
            setting = name.removeprefix("numerics.settings.")
            yield 59, Cause(what=f"the setting {setting} differs", evidence=changed, where=name)
        for prefix, weight, sentence in MACHINE:
            if name == prefix or (prefix.endswith(".") and name.startswith(prefix)):
                yield weight, Cause(what=sentence, evidence=changed, where=name)


def surroundings(fields: Fields) -> Iterator[Weighed]:
    """Yield variables, locale, time zone and the hash seed, where they differ."""
    for name, field in fields.items():
        changed = f"{field.original} -> {field.replayed}"
        if name == HASH_SEED:
            yield 32, Cause(what="the hash seed differs: sets of text are ordered otherwise", evidence=changed,
                            where=name)  # fmt: skip
        elif name.startswith("environment."):
            variable = name.removeprefix("environment.")
            weight = 57 if variable.startswith(NUMERIC) else 30 if field.counts else 5
            yield weight, Cause(what=f"the variable {variable} differs", evidence=changed, where=name)
        elif not name.startswith(SILENT):
            yield 30, Cause(what=f"{name.replace('.', ' ')} differs", evidence=changed, where=name)


def hash_order(original: Snapshot, fields: Fields) -> Iterator[Cause]:
    """Yield the hash seed when it is random in every run."""
    if HASH_SEED not in fields and original.numerics.settings.get("python.hash_seed") == "random":
        yield Cause(what="PYTHONHASHSEED is not set: sets of text are ordered otherwise in each run",
                    evidence="the hash seed was random in both runs", where=HASH_SEED)  # fmt: skip


def digests(difference: ClosureDifference) -> str:
    """Return both digests of a file, or which run did not load it."""
    if difference.replayed is None:
        return f"{difference.path} was not loaded by the replay"
    return f"{difference.path}: {short(difference.original or 'absent')} -> {short(difference.replayed)}"


def short(digest: str) -> str:
    """Return the beginning of a digest."""
    return digest[:19]
