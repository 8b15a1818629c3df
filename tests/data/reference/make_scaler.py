"""Makes scaler.json: what scikit-learn's StandardScaler makes of columns that 32 bits cannot hold.

python tests/data/reference/make_scaler.py        (needs scikit-learn, which the project itself does not)
"""

import json
from pathlib import Path

import numpy as np
import sklearn
from sklearn.preprocessing import StandardScaler

ROWS = np.arange(40)
COLUMNS = {
    "milliseconds": 1_700_000_000_000.0 + 250 * ROWS,
    "julian date": 2_460_310.5 + 0.0035 * (ROWS**2 % 17),
    "latitude": 52.520008 + 1e-7 * (ROWS * 7 % 23),
    "constant but for rounding": np.where(ROWS % 3 == 0, 0.3, 3 * 0.1),
    "constant": np.full(40, -7.25),
    "tiny": 1e-12 * (ROWS % 5),
    "plain": (ROWS * 13 % 29) / 4,
}

if __name__ == "__main__":
    table = np.stack(list(COLUMNS.values()), axis=1)
    scaler = StandardScaler().fit(table)
    reference = {
        "made_by": f"scikit-learn {sklearn.__version__}",
        "names": list(COLUMNS),
        "table": table.tolist(),
        "mean": scaler.mean_.tolist(),
        "scale": (1 / scaler.scale_).tolist(),
        "standardized": scaler.transform(table).tolist(),
    }
    Path(__file__).with_name("scaler.json").write_text(json.dumps(reference, indent=None) + "\n")
