"""The views of Train's right pane, one file each: a module put in this folder joins them without another edit."""

from importlib import import_module
from pkgutil import iter_modules

from nntui.tui.places.train.views.view import View, views

__all__ = ["View", "views"]

for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")
