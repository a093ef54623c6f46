"""Train a small neural network to read handwritten digits.

Writes metrics.json, learning_curve.csv and model.joblib into the folder given by --out.
"""

import argparse
import csv
import json
from pathlib import Path

import joblib
import numpy as np
from sklearn.datasets import load_digits
from sklearn.metrics import accuracy_score, f1_score, log_loss
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("--lr", type=float, default=0.005, help="learning rate")
    parser.add_argument("--epochs", type=int, default=30, help="passes over the training data")
    parser.add_argument("--hidden", type=int, default=64, help="units of the hidden layer")
    parser.add_argument("--batch-size", type=int, default=64, help="examples per gradient step")
    parser.add_argument("--test-size", type=float, default=0.25, help="share of the data held out")
    parser.add_argument("--seed", type=int, default=0, help="seed of the split, the weights and the shuffling")
    parser.add_argument("--out", type=Path, default=Path("."), help="folder for the results")
    return parser.parse_args()


def train(model, train_set, test_set, epochs):
    """Fit the pipeline epoch by epoch and return its learning curve, one dict per epoch."""
    scaler, network = model[:-1], model[-1]
    x_train, y_train = scaler.fit_transform(train_set[0]), train_set[1]
    curve = []
    for epoch in range(1, epochs + 1):
        network.partial_fit(x_train, y_train, classes=np.unique(y_train))
        row = {
            "epoch": epoch,
            "loss": network.loss_,
            "train_accuracy": network.score(x_train, y_train),
            "test_accuracy": model.score(*test_set),
        }
        curve.append(row)
        if epoch % 10 == 0 or epoch == epochs:
            print(f"epoch {epoch:3d}  loss {row['loss']:.4f}  test accuracy {row['test_accuracy']:.4f}")
    return curve


def evaluate(model, test_set):
    x, y = test_set
    predicted = model.predict(x)
    return {
        "accuracy": accuracy_score(y, predicted),
        "f1_macro": f1_score(y, predicted, average="macro"),
        "log_loss": log_loss(y, model.predict_proba(x)),
    }


def main():
    arguments = parse_arguments()
    x, y = load_digits(return_X_y=True)
    x_train, x_test, y_train, y_test = train_test_split(
        x, y, test_size=arguments.test_size, stratify=y, random_state=arguments.seed
    )
    network = MLPClassifier(
        hidden_layer_sizes=(arguments.hidden,),
        learning_rate_init=arguments.lr,
        batch_size=arguments.batch_size,
        random_state=arguments.seed,
    )
    model = make_pipeline(StandardScaler(), network)
    curve = train(model, (x_train, y_train), (x_test, y_test), arguments.epochs)
    metrics = evaluate(model, (x_test, y_test))
    for name, value in metrics.items():
        print(f"{name:10} {value:.4f}")

    arguments.out.mkdir(parents=True, exist_ok=True)
    (arguments.out / "metrics.json").write_text(json.dumps(metrics, indent=2) + "\n")
    with (arguments.out / "learning_curve.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=curve[0])
        writer.writeheader()
        writer.writerows(curve)
    joblib.dump(model, arguments.out / "model.joblib")


if __name__ == "__main__":
    main()
