"""The engine: layers, losses and optimizers on NumPy alone; knows nothing of files, screens or processes."""
