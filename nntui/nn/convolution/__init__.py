"""Convolution of images (batch, height, width, channels) with kernels (height, width, channels, filters), by tiles.

A tile is a few samples, so that the operands of its matrix products stay in a core's cache. NumPy's elementwise
functions first copy arrays that are not contiguous into buffers of their own, which makes them three to ten times as
slow: here all arithmetic is on whole contiguous tiles or by matrix products, and strided arrays are only ever copied.
"""
