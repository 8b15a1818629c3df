"""Makes balanced.json: how a linear classifier with balanced class weights does on two classes, one of them rare.

python -m tests.training.reference.make_balanced        (needs scikit-learn, which the project itself does not)
"""

import json
from pathlib import Path

import numpy as np
import sklearn
from sklearn.linear_model import LogisticRegression

from tests.training.overlapping import overlapping


def recalls(seed: int) -> list[float]:
    x, y = overlapping(seed)
    model = LogisticRegression(C=np.inf, class_weight="balanced", tol=1e-10).fit(x, y)
    answers = model.predict(x)
    return [float(np.mean(answers[y == label] == label)) for label in (0, 1)]


if __name__ == "__main__":
    reference = {
        "made_by": f"scikit-learn {sklearn.__version__}",
        "recalls": {str(seed): recalls(seed) for seed in range(5)},
    }
    Path(__file__).with_name("balanced.json").write_text(json.dumps(reference, indent=1) + "\n")
