"""Losses: how wrong the outputs are, as one number, and the gradient with respect to the outputs.

All are means over the batch (and over the columns, where targets have several), so that the size of a step does not
depend on the batch size. Losses on logits include the last layer's function, which is faster and does not overflow: the
last layer then stays linear. A module in this folder joins the family without another edit.
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
