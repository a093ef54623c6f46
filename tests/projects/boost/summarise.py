"""Write how much each feature contributes to a saved model: summarise.py MODEL TABLE"""

import csv
import sys

import lightgbm as lgb


def main():
    model = lgb.Booster(model_file=sys.argv[1])
    gains = zip(model.feature_name(), model.feature_importance("gain"), model.feature_importance("split"))
    with open(sys.argv[2], "w", newline="") as file:
        csv.writer(file).writerows([("feature", "gain", "splits"), *sorted(gains, key=lambda row: -row[1])])
    print(f"{model.num_trees()} trees")


if __name__ == "__main__":
    main()
