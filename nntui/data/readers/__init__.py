"""Readers of data files, which may come from strangers: no pickle, and nothing allocated on the word of a header.

Each reader module has `outline(path, target, task)`, cheap and remembered, and `read(path, target, task)`.
"""
