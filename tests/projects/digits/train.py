"""Train a classifier of handwritten digits on shifted copies of the images."""

import argparse
import csv
import json

import joblib
from augment import with_shifts
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.linear_model import SGDClassifier
from sklearn.metrics import accuracy_score, log_loss
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline

EPOCHS = 5


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--alpha", type=float, default=1e-4)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()

    x, y = load_digits(return_X_y=True)
    x_train, x_test, y_train, y_test = train_test_split(x / 16, y, stratify=y, random_state=arguments.seed)
    x_train, y_train = with_shifts(x_train, y_train)

    reduce = PCA(n_components=40, svd_solver="full", random_state=arguments.seed).fit(x_train)
    classifier = SGDClassifier(loss="log_loss", alpha=arguments.alpha, random_state=arguments.seed)
    model = make_pipeline(reduce, classifier)

    with open("curve.csv", "w", newline="") as file:
        curve = csv.writer(file)
        curve.writerow(["epoch", "accuracy", "log_loss"])
        for epoch in range(1, EPOCHS + 1):
            classifier.partial_fit(reduce.transform(x_train), y_train, classes=range(10))
            accuracy = accuracy_score(y_test, model.predict(x_test))
            loss = log_loss(y_test, model.predict_proba(x_test))
            curve.writerow([epoch, accuracy, loss])
            print(f"epoch {epoch}: accuracy {accuracy:.4f}, log loss {loss:.4f}")

    with open("metrics.json", "w") as file:
        json.dump({"accuracy": accuracy, "log_loss": loss}, file)
    joblib.dump(model, "model.joblib")


if __name__ == "__main__":
    main()
