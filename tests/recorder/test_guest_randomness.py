"""What is learned of chance in a process, and that nothing of it is used up or replaced there."""

from __future__ import annotations

import subprocess
import sys

import pytest

from reproof.capture.generators import learn_generators
from reproof.model.randomness import Generator, tell_unseeded

from .conftest import Project, Recording

NUMPY = sys.executable
"""An interpreter that has numpy: our own."""


def generators(recording: Recording) -> dict[str, Generator]:
    found = learn_generators(recording["randomness"], (), (str(recording.project.root),))
    return {generator.name: generator for generator in found}


def warnings(recording: Recording) -> list[str]:
    return [told for generator in generators(recording).values() if (told := tell_unseeded(generator))]


@pytest.mark.parametrize(
    ("code", "used", "seeded", "seed"),
    [
        ("import random", None, False, None),
        ("import random, csv", False, False, None),
        ("import random; random.random()", True, False, None),
        ("import random; random.seed(7)", False, True, "7"),
        ("import random; random.seed(7); random.random()", True, True, "7"),
        ("import random; random.seed(7); random.shuffle([*range(100)]); random.seed('x'); random.random()", True, True,
         "'x'"),
        ("import random, csv; random.random(); random.seed(); random.random()", True, False, None),
    ],
)  # fmt: skip
def test_the_generator_of_random(
    project: Project, code: str, used: bool, seeded: bool | None, seed: str | None
) -> None:
    found = generators(project.run(code))["random"]
    assert (found.used, found.seeded, found.seed) == (used, seeded, seed)


@pytest.mark.parametrize(
    ("code", "used", "seeded", "seed"),
    [
        ("np.random", False, False, None),
        ("np.random.rand(3)", True, False, None),
        ("np.random.seed(7)", False, True, "7"),
        ("np.random.seed(7); np.random.rand(10_000)", True, True, "7"),
        ("np.random.rand(3); np.random.seed([1, 2]); np.random.rand(3)", True, True, "[1, 2]"),
    ],
)
def test_the_global_generator_of_numpy(project: Project, code: str, used: bool, seeded: bool, seed: str | None) -> None:
    project.script(f"import numpy as np\n{code}")
    found = generators(project.record([NUMPY, "main.py"]))["numpy"]
    assert (found.used, found.seeded, found.seed) == (used, seeded, seed)


def test_generators_that_are_made_of_numpy(project: Project) -> None:
    project.script("import numpy as np\ndef make():\n    return np.random.default_rng()", "helper.py")
    project.script(
        """
        import numpy as np
        import helper
        def work():
            np.random.default_rng(1).normal()
            helper.make().normal()
            np.random.RandomState(None)
        work()
        rng = np.random.default_rng(12)
        """
    )
    recording = project.record([NUMPY, "main.py"])
    assert sorted(warnings(recording)) == [
        "a numpy generator was made without a seed at helper.py:3",
        "a numpy generator was made without a seed at main.py:7",
    ]
    (held,) = [found for found in generators(recording).values() if found.seed == "12"]
    assert (held.used, held.seeded) == (False, True)


def test_a_seeded_generator_of_the_old_kind_is_not_told_although_it_asks_for_a_seed(project: Project) -> None:
    project.script(
        """
        import numpy as np
        def check_random_state(seed):
            return np.random.RandomState(seed)
        check_random_state(7).rand()
        """
    )
    assert warnings(project.record([NUMPY, "main.py"])) == []


def test_what_a_library_makes_for_itself_when_it_is_imported_is_not_told(project: Project) -> None:
    project.script("import numpy as np\nRNG = np.random.default_rng()", "site-packages/noisy.py")
    project.script("import noisy")
    recording = project.record([NUMPY, "main.py"], environ={"PYTHONPATH": str(project.root / "site-packages")})
    assert warnings(recording) == []


def test_the_warning_names_who_was_used_unseeded(project: Project) -> None:
    project.script("import random, numpy as np\nrandom.seed(1); random.random(); np.random.rand()")
    assert warnings(project.record([NUMPY, "main.py"])) == ["numpy's global generator was used and never seeded"]


@pytest.mark.parametrize(("value", "seeded"), [(None, False), ("random", False), ("0", True), ("42", True)])
def test_the_hash_seed(project: Project, value: str | None, seeded: bool) -> None:
    environ = {} if value is None else {"PYTHONHASHSEED": value}
    project.script("print(hash('a'))")
    found = generators(project.record([project.python, "main.py"], environ=environ))["PYTHONHASHSEED"]
    assert (found.seeded, found.seed) == (seeded, value if seeded else None)


def bare(project: Project, code: str) -> subprocess.CompletedProcess[str]:
    project.script(code)
    return subprocess.run([NUMPY, "main.py"], cwd=project.root, env=project.environ, capture_output=True, text=True)


@pytest.mark.parametrize(
    "code",
    [
        "random.seed(1); np.random.seed(2)\n"
        "print(random.random(), np.random.rand(), np.random.default_rng(3).normal(), np.random.RandomState(4).rand())",
        "print(type(random.seed), random.seed.__self__ is random._inst)\n"
        "print(type(np.random.seed), type(np.random.default_rng))\n"
        "import pickle; print(pickle.loads(pickle.dumps(np.random.default_rng)) is np.random.default_rng)",
        "random.seed([])",
        "np.random.seed(-1)",
        "np.random.default_rng(-1)",
        "import no_such_module",
        "import warnings; warnings.simplefilter('always'); random.seed(1.5); random.seed((1,))",
        "import importlib; importlib.reload(random); print(random.Random(3).random())",
        "sys.meta_path[:] = [f for f in sys.meta_path if isinstance(f, type)]; import csv; print(csv.__name__)",
    ],
)  # fmt: skip
def test_a_program_does_and_says_what_it_does_without_us(project: Project, code: str) -> None:
    alone = bare(project, f"import random, sys\nimport numpy as np\n{code}\n")
    recording = project.record([NUMPY, "main.py"])
    assert (recording.stdout, recording.stderr) == (alone.stdout, alone.stderr)
    assert recording["command"]["exit_code"] == alone.returncode


def test_a_finder_of_the_users_is_asked_as_ever(project: Project) -> None:
    code = """
        import importlib.abc, importlib.util, sys
        class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
            def find_spec(self, name, path, target=None):
                print("asked for", name)
                return importlib.util.spec_from_loader(name, self) if name == "made_up" else None
            def exec_module(self, module): module.value = 5
        sys.meta_path.insert(0, Finder())
        import made_up, csv
        print(made_up.value, made_up.__spec__.loader.__class__.__name__)
        """
    alone = bare(project, code)
    assert alone.stdout.startswith("asked for made_up\n")
    assert project.record([NUMPY, "main.py"]).stdout == alone.stdout


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_a_worker_that_computes_with_fewer_threads_is_told(project: Project, method: str) -> None:
    project.script(
        f"""
        import ctypes, multiprocessing, re
        import numpy
        def work():
            with open("/proc/self/maps") as maps:
                library = re.search(r"/\\S*openblas\\S*", maps.read()).group()
            pool = ctypes.CDLL(library)
            for prefix in ("scipy_openblas", "openblas"):
                for suffix in ("64_", ""):
                    if hasattr(pool, prefix + "_set_num_threads" + suffix):
                        getattr(pool, prefix + "_set_num_threads" + suffix)(3)
        if __name__ == "__main__":
            process = multiprocessing.get_context({method!r}).Process(target=work)
            process.start(); process.join()
            raise SystemExit(process.exitcode)
        """
    )
    recording = project.record([NUMPY, "main.py"], environ={"OPENBLAS_NUM_THREADS": "2"})
    assert (recording["command"]["exit_code"], recording.stderr) == (0, "")
    settings = recording["numerics"]["settings"]
    told = {name: value for name, value in settings.items() if name.startswith("workers.")}
    assert len(told) == 1
    ((name, value),) = told.items()
    assert (name.startswith("workers.lib"), name.endswith(".threads"), value) == (True, True, "3")
    assert [pool["threads"] for pool in recording["numerics"]["pools"] if pool["api"] == "openblas"] == [2]
