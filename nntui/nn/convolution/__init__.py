"""Convolution of images (batch, height, width, channels) with kernels (height, width, channels, filters), by tiles.

A tile is a few samples, so that what is laid out for the matrix products stays in a core's cache. NumPy's elementwise
functions copy what is not contiguous into buffers of their own first, at three to ten times the price: here all
arithmetic is on whole contiguous tiles or by matrix products, and only copies move what stands apart.
"""
