"""Dialogs that lie over a place and answer with one value."""
