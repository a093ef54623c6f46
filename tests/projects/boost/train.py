"""Predict house prices with gradient boosting; a second program sums the model up."""

import csv
import json
import subprocess
import sys

import lightgbm as lgb
import numpy as np
from tabkit import read_table, split_rows

PARAMETERS = {
    "objective": "regression",
    "learning_rate": 0.1,
    "num_leaves": 15,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "feature_fraction": 0.8,
    "seed": 3,
    "num_threads": 2,
    "deterministic": True,
    "force_row_wise": True,
    "verbosity": -1,
}


def main():
    table = read_table("data/houses.csv", categories=("district",))
    target = table.pop("price")
    features = np.column_stack(list(table.values()))
    train, test = split_rows(len(target), share=0.25, seed=3)

    dataset = lgb.Dataset(
        features[train], target[train], feature_name=list(table), categorical_feature=["district"]
    )
    model = lgb.train(PARAMETERS, dataset, num_boost_round=60)
    predicted = model.predict(features[test])
    error = float(np.sqrt(np.mean((predicted - target[test]) ** 2)))
    print(f"root mean squared error {error:.2f}")

    model.save_model("model.txt")
    with open("metrics.json", "w") as file:
        json.dump({"rmse": error}, file)
    with open("predictions.csv", "w", newline="") as file:
        csv.writer(file).writerows([("row", "predicted"), *zip(test.tolist(), predicted.tolist())])
    subprocess.run([sys.executable, "summarise.py", "model.txt", "importance.csv"], check=True)


if __name__ == "__main__":
    main()
