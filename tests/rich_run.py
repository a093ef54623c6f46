"""A run that has something in every section of its snapshot, as a real one on a large machine would leave it."""

from __future__ import annotations

from typing import Any

from factories import blob, digest, make_snapshot, merge

from reproof.model.snapshot import Snapshot

HOME = "/home/ada/digits"
SITE = f"{HOME}/.venv/lib/python3.11/site-packages"


def distribution(name: str, version: str, **changes: Any) -> dict[str, Any]:
    """Return an installed distribution that the run imported."""
    return {"name": name, "version": version, "location": SITE, "dist_info": f"{name}-{version}.dist-info",
            "origin": "index", "installer": "pip", "imported": True, "loaded": 12, **changes}  # fmt: skip


RICH: dict[str, Any] = {
    "level": "shim",
    "command": {"argv": ["python", "train.py", "--lr", "0.1", "--epochs", "20"], "peak_memory": 412_000_000,
                "cpu_s": 4.75, "duration_s": 75.0},
    "source": {
        "roots": [HOME],
        "git": {"root": HOME, "commit": "c0ffee" * 6 + "c0ff", "branch": "sweep", "remote": "git@host:ada/digits.git",
                "dirty": True, "diff": blob("d", 300), "unpushed": ["c0ffee" * 6 + "c0ff", "beef" * 10],
                "untracked_used": ["augment.py"], "ignored_used": ["local_settings.py"],
                "submodules": [{"path": "vendor/tabkit", "commit": "ab" * 20, "dirty": True}]},
        "files": [{"path": f"{HOME}/train.py", **blob("3", 2000)}, {"path": f"{HOME}/augment.py", **blob("4", 800)},
                  {"path": f"{HOME}/local_settings.py", **blob("5", 40)}],
    },
    "distributions": [
        distribution("numpy", "2.1.0", requested=True),
        distribution("torch", "2.4.1+cu121", requested=True, modified=["torch/nn/modules/loss.py"]),
        distribution("tabkit", "0.3", origin="editable", direct_url=f"file://{HOME}/vendor/tabkit"),
        distribution("wheel", "0.44.0", imported=False, loaded=0),
    ],
    "loaded": [
        {"path": f"{HOME}/train.py", "kind": "module", "owner": "source", **blob("3")},
        {"path": f"{SITE}/numpy.libs/libopenblas64.so", "kind": "library", "owner": "dist:numpy", **blob("9")},
        {"path": "/usr/lib/x86_64-linux-gnu/libc.so.6", "kind": "library", "owner": "deb:libc6",
         "build_id": "51657f818beb", **blob("6")},
        {"path": "/opt/vendor/libfast.so", "kind": "library", "build_id": "0a1b2c3d4e5f", **blob("7")},
    ],
    "hardware": {"cpu_model": "AMD EPYC 7543 32-Core Processor", "cpu_flags": ["avx2", "fma"], "cpu_count": 64,
                 "cpus": list(range(16)), "memory": 512 << 30, "memory_limit": 64 << 30, "cpu_quota": 16.0,
                 "cores": 32, "sockets": 1, "numa": [[0, 1], [2, 3]], "shm": 64 << 20},
    "accelerator": {
        "present": True, "driver": "550.54.15", "cuda": "12.4", "probe": "nvml 12",
        "gpus": [{"name": "NVIDIA A100-SXM4-40GB", "compute_capability": "8.0", "memory": 40 << 30}] * 2,
        "libraries": [
            {"name": "cudart", "version": "12.1.105", "path": f"{SITE}/nvidia/libcudart.so.12", "origin": "wheel",
             "owner": "dist:nvidia-cuda-runtime-cu12"},
            {"name": "cudnn", "version": "9.1.0", "path": "/usr/lib/libcudnn.so.9", "origin": "system"},
        ],
    },
    "numerics": {
        "pools": [{"library": f"{SITE}/numpy.libs/libopenblas64.so", "api": "openblas", "kernel": "Zen", "threads": 16,
                   "version": "0.3.27"}],
        "settings": {"python.hash_seed": "random", "torch.deterministic_algorithms": "False",
                     "torch.backends.cuda.matmul.allow_tf32": "True"},
    },
    "parameters": [
        {"name": "lr", "value": 0.1, "source": "argv"}, {"name": "epochs", "value": 20, "source": "argv"},
        {"name": "lr", "value": 0.05, "source": f"{HOME}/config.yaml"},
        {"name": "model.hidden", "value": 128, "source": f"{HOME}/config.yaml"},
        {"name": "augment", "value": True, "source": f"{HOME}/config.yaml"},
    ],
    "inputs": [
        {"path": "/data/train.csv", "kept": True, **blob("7", 120_000),
         "profile": {"format": "csv", "rows": 4000, "columns": [
             {"name": "age", "type": "BIGINT", "mean": 37.1, "deviation": 11.2, "missing": 12,
              "quantiles": [float(value) for value in range(18, 60, 2)]},
             {"name": "city", "type": "VARCHAR", "distinct": 3, "counts": {"Oslo": 2500, "Rome": 1000, "Bern": 500}}]}},
        {"path": "/data/images.npz", "changed": True, **blob("8", 3_200_000_000)},
        {"path": f"{HOME}/config.yaml", "role": "configuration", "kept": True, **blob("9", 90)},
        {"path": "/data/bert.bin", "role": "model", **blob("a", 440_000_000),
         "pointer": {"manager": "huggingface", "identity": "a" * 40, "revision": "main", "location": "bert-base"}},
    ],
    "datasets": [{"path": "/data/tiles", "digest": digest("b"), "files": 20_000, "size": 1_500_000_000,
                  "listing": blob("b", 2_000_000)}],
    "outputs": [{"name": "metrics.json", "path": f"{HOME}/metrics.json", **blob("8", 60)},
                {"name": "model.pt", "path": f"{HOME}/model.pt", "kept": False, **blob("c", 9_000_000_000)}],
    "temporaries": [f"{HOME}/cache.tmp"],
    "metrics": [{"name": "accuracy", "value": 0.9711, "source": "metrics.json"},
                {"name": "loss", "value": 0.0512, "source": "stdout", "step": 20}],
    "series": [{"name": "loss", "source": "stdout", "steps": list(range(1, 9)),
                "values": [0.91, 0.52, 0.33, 0.21, 0.14, 0.09, 0.06, 0.0512]}],
    "seeds": [{"path": f"{HOME}/train.py", "line": 12, "call": "torch.manual_seed", "seeded": True},
              {"path": f"{HOME}/augment.py", "line": 7, "call": "numpy.random.default_rng", "seeded": False}],
    "randomness": [{"name": "random", "used": False, "seeded": False, "state": "sha256:aa"},
                   {"name": "numpy", "used": True, "seeded": False, "state": "sha256:bb"},
                   {"name": "torch", "used": True, "seeded": True, "seed": "42", "where": "train.py:12",
                    "state": "sha256:cc"}],
    "hazards": [{"path": f"{HOME}/train.py", "line": 31, "kind": "set order", "code": "for label in set(labels):",
                 "effect": "the order is another in each run"},
                {"path": f"{HOME}/train.py", "line": 40, "kind": "clock", "code": "time.time()",
                 "effect": "what is written differs from run to run"}],
    "gaps": [{"what": "files that a static program reads", "why": "nothing can be preloaded into it",
              "effect": "an input that only it reads is not in the record"}],
}  # fmt: skip


def make_rich_snapshot(**changes: Any) -> Snapshot:
    """Return a run with something in every section."""
    return make_snapshot(**merge(RICH, changes))
