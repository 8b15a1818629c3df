"""Readers of data files, which may be hostile: no pickle, and no allocation of a size that only a header claims.

Each reader module has `outline(path, target, task)`, cheap and cached, and `read(path, target, task)`.
"""
