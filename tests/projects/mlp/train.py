"""Train a multi-layer perceptron on spirals; two worker processes load and perturb the points."""

import argparse
import csv
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset


class Spirals(Dataset):
    """Points and their arm, each time with a little noise drawn in the worker."""

    def __init__(self, path, noise=0.02):
        with np.load(path) as data:
            self.points = torch.from_numpy(data["points"])
            self.labels = torch.from_numpy(data["labels"])
        self.noise = noise

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, index):
        return self.points[index] + self.noise * torch.randn(2), self.labels[index]


def train_epoch(model, batches, optimizer):
    """Take one pass over the data and return the mean loss."""
    total = 0.0
    for points, labels in batches:
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(points), labels)
        loss.backward()
        optimizer.step()
        total += loss.item() * len(labels)
    return total / len(batches.dataset)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--lr", type=float, default=0.01)
    parser.add_argument("--seed", type=int, default=7)
    arguments = parser.parse_args()

    torch.manual_seed(arguments.seed)
    model = nn.Sequential(nn.Linear(2, 32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, 3))
    optimizer = torch.optim.Adam(model.parameters(), lr=arguments.lr)
    batches = DataLoader(Spirals(arguments.data), batch_size=64, shuffle=True, num_workers=2)

    Path("runs").mkdir(exist_ok=True)
    with open("runs/losses.csv", "w", newline="") as file:
        losses = csv.writer(file)
        losses.writerow(["epoch", "loss"])
        for epoch in range(1, arguments.epochs + 1):
            loss = train_epoch(model, batches, optimizer)
            losses.writerow([epoch, loss])
            print(f"epoch {epoch}: loss {loss:.4f}", flush=True)

    state = {"epoch": epoch, "model": model.state_dict(), "optimizer": optimizer.state_dict()}
    torch.save(state, "runs/checkpoint.pt")


if __name__ == "__main__":
    main()
