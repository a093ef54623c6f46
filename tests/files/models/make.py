"""Write the files of this folder: `python make.py`, with torch, scikit-learn and joblib installed."""

import joblib
import numpy as np
import torch
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression

torch.manual_seed(0)
module = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.BatchNorm1d(2))
optimizer = torch.optim.Adam(module.parameters())
module(torch.ones(4, 3)).sum().backward()
optimizer.step()
checkpoint = {
    "model": module.state_dict(),
    "optim": optimizer.state_dict(),
    "epoch": 3,
    "loss": 0.25,
    "half": torch.arange(4).to(torch.bfloat16),
    "view": torch.arange(6.0).reshape(2, 3).t(),
}
torch.save(checkpoint, "checkpoint.pt")
torch.save(module, "module.pt")
checkpoint["epoch"] = 4
checkpoint["model"]["0.weight"][1, 2] += 0.5
checkpoint["half"][1] = 3
torch.save(checkpoint, "checkpoint-changed.pt")
torch.save(checkpoint, "legacy.pt", _use_new_zipfile_serialization=False)

features = np.random.RandomState(0).rand(40, 3)
labels = (features[:, 0] > 0.5).astype(int)
model = LogisticRegression().fit(features, labels)
joblib.dump(model, "logistic.joblib")
model.coef_[0, 1] += 1e-6
joblib.dump(model, "logistic-changed.joblib")
joblib.dump(RandomForestClassifier(3, random_state=0).fit(features, labels), "forest.joblib")
joblib.dump(RandomForestClassifier(3, random_state=1).fit(features, labels), "forest-other-seed.joblib")
