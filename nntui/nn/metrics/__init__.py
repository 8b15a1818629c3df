"""Metrics: how good a network is, in numbers for people. A module in this folder joins without another edit.

Meters update tallies batch by batch; a metric is a class that computes its value from a tally.
"""

from importlib import import_module
from pkgutil import iter_modules

from nntui.nn.metrics.base import Metric, Tally, chosen_metrics, named_metrics
from nntui.nn.metrics.decisions import decide, precision_recall_f1
from nntui.nn.metrics.meters import ClassificationMeter, Meter, RegressionMeter

__all__ = [
    "ClassificationMeter",
    "Meter",
    "Metric",
    "RegressionMeter",
    "Tally",
    "chosen_metrics",
    "decide",
    "named_metrics",
    "precision_recall_f1",
]

for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")
