"""Losses: how wrong the outputs are, as one number, and the gradient that says which way is better.

All are means over the batch (and, where targets have several columns, over the columns), so that the step a learning
rate makes does not depend on the batch size. Those that work on logits contain the last layer's function, which is
quicker and does not overflow: the last layer then stays linear. A module put in this folder joins without another edit.
"""

from importlib import import_module
from pkgutil import iter_modules

from nntui.nn.losses.base import Loss, balanced_weights
from nntui.nn.losses.cross_entropies import BinaryCrossEntropy, CrossEntropy, KLDivergence
from nntui.nn.losses.distances import Huber, MeanAbsoluteError, MeanSquaredError
from nntui.nn.losses.margins import Hinge

__all__ = [
    "BinaryCrossEntropy",
    "CrossEntropy",
    "Hinge",
    "Huber",
    "KLDivergence",
    "Loss",
    "MeanAbsoluteError",
    "MeanSquaredError",
    "balanced_weights",
]

for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")
