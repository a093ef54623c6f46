"""Reads a CSV file into columns of numbers."""

import csv

import numpy as np


def read_table(path, categories=()):
    """Return the columns by name as arrays of float; `categories` are numbered in the order of their names."""
    with open(path, newline="") as file:
        rows = list(csv.DictReader(file))
    return {name: to_numbers([row[name] for row in rows], name in categories) for name in rows[0]}


def to_numbers(values, is_category):
    if is_category:
        return np.unique(values, return_inverse=True)[1].astype(float)
    return np.array(values, dtype=float)
