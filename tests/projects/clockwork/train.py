"""Fit a polynomial by gradient descent, and tell all the while what time it is."""

import csv
import json
import logging
import os
import time
from datetime import datetime

import numpy as np

EPOCHS = 5


def main():
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    started = time.perf_counter()
    print(f"Started at {datetime.now():%Y-%m-%d %H:%M:%S} (pid {os.getpid()})")

    rng = np.random.default_rng(11)
    x = np.vander(np.linspace(-1, 1, 400), 4)
    y = x @ np.array([1.0, -0.5, 0.25, 2.0]) + rng.normal(scale=0.05, size=len(x))
    weights = rng.normal(size=4)

    with open("losses.csv", "w", newline="") as file:
        losses = csv.writer(file)
        losses.writerow(["epoch", "loss"])
        for epoch in range(1, EPOCHS + 1):
            for _ in range(100):
                weights -= 0.2 * x.T @ (x @ weights - y) / len(y)
            loss = float(np.mean((x @ weights - y) ** 2))
            losses.writerow([epoch, loss])
            print(f"[{datetime.now():%H:%M:%S}] epoch {epoch}/{EPOCHS} loss {loss:.6f}")
    logging.info("weights %s", np.array2string(weights, precision=4))

    with open("metrics.json", "w") as file:
        json.dump({"loss": loss}, file)
    print(f"Finished in {time.perf_counter() - started:.3f} s")


if __name__ == "__main__":
    main()
