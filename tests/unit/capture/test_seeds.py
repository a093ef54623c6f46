from reproof.capture.code import parse
from reproof.capture.seeds import find_seeds, settle
from reproof.model.snapshot import SeedUse


def found(code: str) -> list[tuple[int, str, bool]]:
    parsed = parse(code.encode(), "train.py")
    assert parsed is not None
    return [(use.line, use.call, use.seeded) for use in settle(find_seeds(parsed))]


def test_a_generator_without_a_seed_is_found_with_its_line() -> None:
    assert found("import numpy as np\nrng = np.random.default_rng()") == [(2, "numpy.random.default_rng", False)]


def test_a_generator_with_a_seed_is_fine() -> None:
    assert found("from numpy.random import default_rng\nrng = default_rng(7)") == [
        (2, "numpy.random.default_rng", True)
    ]


def test_a_seed_of_none_is_no_seed() -> None:
    assert found("import random\nrandom.seed(None)") == [(2, "random.seed", False)]


def test_a_global_draw_counts_as_unseeded_when_nothing_seeds_it() -> None:
    assert found("import random\nx = random.random()") == [(2, "random.random", False)]


def test_a_global_draw_counts_as_seeded_after_its_seed() -> None:
    assert found("import numpy as np\nnp.random.seed(1)\nnp.random.normal()") == [
        (2, "numpy.random.seed", True),
        (3, "numpy.random.normal", True),
    ]


def test_seeding_one_library_does_not_seed_another() -> None:
    assert found("import numpy as np\nimport random\nrandom.seed(1)\nnp.random.normal()")[1] == (
        4,
        "numpy.random.normal",
        False,
    )


def test_a_random_state_of_none_is_found() -> None:
    code = "from sklearn.model_selection import train_test_split\ntrain_test_split(x, random_state=None)"
    assert found(code) == [(2, "sklearn.model_selection.train_test_split", False)]


def test_torch_draws_are_known() -> None:
    assert found("import torch\ntorch.randn(3)\ntorch.zeros(3)") == [(2, "torch.randn", False)]


def test_code_that_does_not_parse_says_nothing() -> None:
    assert parse(b"print 'python 2'", "old.py") is None


def test_a_name_that_was_not_imported_is_not_guessed() -> None:
    assert found("rng.seed(1)") == []


def test_findings_of_several_files_are_settled_together() -> None:
    draw = SeedUse(path="b.py", line=1, call="random.random", seeded=False)
    seed = SeedUse(path="a.py", line=1, call="random.seed", seeded=True)
    assert [use.seeded for use in settle([draw, seed])] == [True, True]
