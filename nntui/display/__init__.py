"""Words and strokes that both faces share; knows neither Textual nor NumPy nor anything else of nntui."""
