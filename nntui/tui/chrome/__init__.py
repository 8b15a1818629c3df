"""What frames every place: the top line, the key line, the palette."""
