"""The commands, one a module, imported when they are called."""
