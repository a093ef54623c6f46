"""Parts a table in two."""

import numpy as np


def split_rows(count, share, seed):
    """Return the indexes of the rows to train on and of the `share` to test on, drawn with `seed`."""
    order = np.random.default_rng(seed).permutation(count)
    held_out = round(count * share)
    return order[held_out:], order[:held_out]
