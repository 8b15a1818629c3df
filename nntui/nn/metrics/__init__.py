"""Metrics: what people read beside the loss. A module put in this folder joins the family without another edit.

A metric is a class that says what it is of a tally; tallies are what meters gather, batch by batch.
"""

from importlib import import_module
from pkgutil import iter_modules

from nntui.nn.metrics.base import Metric, Tally, chosen_metrics, named_metrics
from nntui.nn.metrics.decisions import class_shares, decide
from nntui.nn.metrics.meters import ClassificationMeter, Meter, RegressionMeter

__all__ = [
    "ClassificationMeter",
    "Meter",
    "Metric",
    "RegressionMeter",
    "Tally",
    "chosen_metrics",
    "class_shares",
    "decide",
    "named_metrics",
]

for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")
