"""The engine: layers, losses and optimizers on NumPy alone; it knows no files, screens or processes."""
