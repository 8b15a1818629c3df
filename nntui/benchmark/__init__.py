"""Benchmarks: how fast a model trains compared with the machine's peak and other libraries, and layer by layer."""
