"""The optimizers, one rule per file: a module in this folder joins the family without another edit."""

from importlib import import_module
from pkgutil import iter_modules

from nntui.nn.optimizers.adadelta import Adadelta
from nntui.nn.optimizers.adagrad import Adagrad
from nntui.nn.optimizers.adam import Adam, AdamW
from nntui.nn.optimizers.base import Optimizer
from nntui.nn.optimizers.lion import Lion
from nntui.nn.optimizers.nadam import Nadam
from nntui.nn.optimizers.rmsprop import RMSprop
from nntui.nn.optimizers.sgd import SGD

__all__ = ["SGD", "Adadelta", "Adagrad", "Adam", "AdamW", "Lion", "Nadam", "Optimizer", "RMSprop"]

for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")
