"""Build: the stack of layers, the form that edits it, and what it would cost."""
