"""Words and strokes that both faces share; knows nothing else of nntui, no Textual, and NumPy only in `braille`."""
