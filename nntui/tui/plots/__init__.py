"""Pure drawing: arrays in, lists of `textual.strip.Strip` out; no widget, no app."""
