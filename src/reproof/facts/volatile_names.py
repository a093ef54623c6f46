"""Which names of keys and columns say that a value changes from run to run, and which say that it must not."""

from __future__ import annotations

import re

CHANGING = frozenset({
    "time", "times", "elapsed", "duration", "durations", "dur", "timestamp", "timestamps", "date", "datetime",
    "seconds", "secs", "sec", "milliseconds", "ms", "runtime", "walltime", "uptime", "eta", "latency",
    "throughput", "pid", "hostname", "host", "uuid", "created", "started", "finished", "fps",
})  # fmt: skip
QUALITY = frozenset({
    "accuracy", "acc", "loss", "losses", "error", "errors", "err", "mae", "mse", "rmse", "rms", "mape", "r2",
    "score", "scores", "auc", "f1", "precision", "recall", "bleu", "rouge", "wer", "cer", "perplexity", "ppl",
    "nll", "likelihood", "prob", "probability", "probabilities", "pred", "prediction", "predictions", "predicted",
    "reward", "iou", "ap", "map", "ndcg", "gain", "cost", "entropy", "kl", "elbo", "fid", "psnr", "ssim", "weight",
    "weights", "bias", "target", "label",
})  # fmt: skip
SHAPE = frozenset({
    "step", "steps", "series", "constant", "zone", "index", "layer", "layers", "feature", "features", "bucket",
    "buckets", "dim", "count", "id",
})  # fmt: skip
"""`time_steps` counts and `time_zone` names; neither measures time, unless something is given *per* second."""
WORDS = re.compile(r"[A-Z]?[a-z]+\d?|[A-Z]+(?![a-z])\d?|\d+")
LAST_WORD = re.compile(r"([A-Za-z][\w/-]*)\W{0,3}$")


def is_volatile_name(name: str) -> bool:
    """Say whether a key or column is named like something that changes from run to run."""
    words = split(name)
    if not QUALITY.isdisjoint(words):
        return False
    if "per" in words:
        return not CHANGING.isdisjoint(words) or "second" in words
    return not CHANGING.isdisjoint(words) and SHAPE.isdisjoint(words)


def names_a_host(name: str) -> bool:
    """Say whether a key is named like something that identifies a machine or a run: any word can be its value."""
    return not {"host", "hostname", "uuid"}.isdisjoint(split(name))


def is_quality(before: str) -> bool:
    """Say whether the text before a number ends in the name of a measure of quality: `val_loss: `."""
    last = LAST_WORD.search(before)
    return last is not None and not QUALITY.isdisjoint(split(last[1]))


def split(name: str) -> list[str]:
    """Return the words of a name, in lower case: `trainRuntime_s` gives `train`, `runtime`, `s`."""
    return [word.lower() for word in WORDS.findall(name)]
