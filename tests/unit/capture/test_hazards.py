"""Each kind of hazard with code that has it and code that nearly has it. Both are read, never run."""

from __future__ import annotations

import textwrap

import pytest

from reproof.capture.code import parse
from reproof.capture.hazards import EFFECTS, SHOWN, find_hazards
from reproof.model.randomness import Hazard

HEAD = """
import asyncio, concurrent.futures, datetime, glob, json, os, secrets, sys, tempfile, time, uuid
from datetime import datetime as dt
from pathlib import Path
import joblib, numpy as np, torch
"""


def found(code: str) -> tuple[Hazard, ...]:
    parsed = parse((HEAD + textwrap.dedent(code)).encode(), "train.py")
    assert parsed is not None
    return find_hazards(parsed)


def kinds(code: str) -> list[str]:
    return [hazard.kind for hazard in found(code)]


HAZARDS = {
    "clock": [
        "seed = int(time.time())",
        "stamp = dt.now().isoformat()",
        "stamp = datetime.datetime.utcnow()",
        "name = time.strftime('%Y-%m-%d')",
        "while time.time() < deadline: step()",
        "start = time.time()\nprint(time.time() - start)\njson.dump({'at': start}, file)",
    ],
    "set order": [
        "words = set(text.split())\nvocabulary = {w: i for i, w in enumerate(words)}",
        "names = list({row.name for row in rows})",
        "total = sum({a, b, c})",
        "text = ','.join(set(words))",
        "for layer in {first, second}:\n    layer.fit()",
        "a = set(x)\nb = a\nfor item in a | b: print(item)",
        "class Net:\n    def __init__(self): self.units = set()\n    def go(self): return [u.grad for u in self.units]",
        "classes = set(labels) - {None}\ncolumns = [one(c) for c in classes]",
        "first = set(labels).pop()",
        "for name in left.keys() & right.keys(): merge(name)",
        "layers = [*{a, b}]",
    ],
    "hash": ["fold = hash(name) % 5", "def bucket(key):\n    return hash(key)"],
    "object address": [
        "order = sorted(nodes, key=id)",
        "nodes.sort(key=lambda node: (id(node)))",
        "name = f'{id(model)}.pt'",
        "group = id(model) % 2",
    ],
    "input": [
        "answer = input('lr? ')",
        "text = sys.stdin.read()",
        "for line in sys.stdin: feed(line)",
        "breakpoint()",
    ],
    "random name": [
        "tag = uuid.uuid4().hex[:8]\njoblib.dump(model, f'model-{tag}.joblib')",
        "folder = tempfile.mkdtemp()\nout = os.path.join(folder, 'm.pt')\ntorch.save(model, out)",
        "def path():\n    return Path(secrets.token_hex(4))\nmodel.save(path())",
        "open(f'{os.getpid()}.log', 'w')",
    ],
    "outside": [
        "path = Path.home() / 'models' / 'm.joblib'\njoblib.dump(model, path)",
        "out = os.path.expanduser('~/results')\nos.makedirs(out)",
        "np.save(os.environ['HOME'] + '/x.npy', x)",
        "class Run:\n    def __init__(self): self.folder = Path('~/runs').expanduser()\n"
        "    def end(self): (self.folder / 'm.json').write_text('1')",
    ],
    "file order": [
        "for name in os.listdir(folder): images.append(load(name))",
        "files = glob.glob('*.png')\nx = [load(f) for f in files]",
        "paths = list(Path(folder).rglob('*.csv'))\nread(paths)",
        "frames = [read(p) for p in Path('data').iterdir()]",
        "for root, folders, files in os.walk('data'): load(files)",
    ],
    "parallel": [
        "for result in pool.imap_unordered(work, jobs): total += result",
        "for done in concurrent.futures.as_completed(waiting): total += done.result()",
        "joblib.Parallel(2, return_as='generator_unordered')(jobs)",
        "torch.utils.data.DataLoader(data, num_workers=2, in_order=False)",
    ],
}

INNOCENT = {
    "clock": [
        "start = time.time()\nfit()\nprint(f'{time.time() - start:.1f} s')",
        "class Timer:\n    def __enter__(self): self.t = time.time()\n    def end(self): print(time.time() - self.t)",
        "start = time.perf_counter()",
        "text = time.strftime('%H:%M', moment)",
        "import clock as time\nx = time.time()",
    ],
    "set order": [
        "for word in sorted(set(words)): print(word)",
        "classes = len(set(labels))",
        "for n in {1, 2, 3}: print(n)",
        "for n in set(range(10)): print(n)",
        "if name in {'a', 'b'}: run()",
        "names = list(set(words))\nnames.sort()\nprint(names)",
        "names = list(set(words))\nprint(len(names))",
        "seen = set()\nfor word in words:\n    if word not in seen: seen.add(word)",
        "for name in set(words):\n    other.add(name)",
        "same = {f(x) for x in set(words)}",
        "words = set(text)\nwords = list(text)\nfor word in words: print(word)",
        "number = a - b\nfor n in range(number): print(n)",
        "def set(x): return x\nfor y in set(z): print(y)",
        "kinds = set(labels)\nif len(kinds) == 1: only = kinds.pop()",
        "extra = set(a)\nraise ValueError(', '.join(extra))",
        "x = list(set(words))\nx = list(x)\nprint(sorted(x))",
    ],
    "hash": ["class Key:\n    def __hash__(self): return hash((self.a, self.b))", "h = hashlib.md5(b'').hexdigest()"],
    "object address": [
        "memo[id(node)] = copy",
        "order = sorted(nodes, key=len)",
        "class Node:\n    def __repr__(self): return f'<Node {id(self)}>'",
    ],
    "input": ["def forward(input): return input(3)", "sys.stdin.close()"],
    "random name": [
        "with tempfile.TemporaryDirectory() as folder: work(folder)",
        "request = uuid.uuid4()\nprint(request)",
        "joblib.dump(model, 'model.joblib')",
    ],
    "outside": [
        "data = np.load(os.path.expanduser('~/data.npy'))\nnp.save('out.npy', data2)",
        "cache = Path.home() / '.cache'\nprint(cache)",
        "open(Path.home() / 'token', 'r')",
    ],
    "file order": [
        "for name in sorted(os.listdir(folder)): load(name)",
        "files = glob.glob('*.png')\nfiles.sort()\nload(files)",
        "files = sorted(p for p in Path('d').iterdir() if p.is_file())",
        "count = len(os.listdir('d'))",
        "for p in Path('d').glob('*.tmp'): p.unlink()",
        "if 'a' in os.listdir('d'): load()",
    ],
    "parallel": ["pool.imap(work, jobs)", "joblib.Parallel(2)(jobs)", "DataLoader(data, num_workers=2)"],
}


@pytest.mark.parametrize(("kind", "code"), [(kind, code) for kind, codes in HAZARDS.items() for code in codes])
def test_a_hazard_is_found_once(kind: str, code: str) -> None:
    assert kinds(code).count(kind) == 1


@pytest.mark.parametrize(("kind", "code"), [(kind, code) for kind, codes in INNOCENT.items() for code in codes])
def test_what_only_looks_like_one_is_left_alone(kind: str, code: str) -> None:
    assert kind not in kinds(code)


def test_every_kind_has_an_effect_and_its_tests() -> None:
    assert EFFECTS.keys() == HAZARDS.keys() == INNOCENT.keys()


def test_a_finding_names_its_place_and_its_line() -> None:
    (hazard,) = found("def go():\n    seed = int(time.time())  # now")
    assert (hazard.path, hazard.line, hazard.code) == ("train.py", 7, "seed = int(time.time())  # now")
    assert "each run" in hazard.effect


def test_a_secret_in_the_line_is_redacted_and_a_long_line_is_cut() -> None:
    (hazard,) = found("x = connect(token='hf_" + "a" * 30 + "', at=time.time())")
    assert "hf_" not in hazard.code
    (hazard,) = found(f"x = time.time() + {'1 + ' * 100}1")
    assert len(hazard.code) == SHOWN


def test_several_findings_come_in_the_order_of_their_lines() -> None:
    assert kinds("x = hash(a)\ny = time.time()\nfor z in {a, b}: print(z)") == ["hash", "clock", "set order"]


def test_a_project_with_all_the_vices_of_real_ones() -> None:
    code = """
        run = f"{dt.now():%Y%m%d}-{uuid.uuid4().hex[:6]}"
        out = Path.home() / "experiments" / run
        out.mkdir(parents=True)
        labels = {label: i for i, label in enumerate(set(read()))}
        if input("train? ") == "y":
            torch.save(model.state_dict(), out / "model.pt")
        """
    expected = ["clock", "random name", "outside", "set order", "input"]
    assert kinds(code) == expected
