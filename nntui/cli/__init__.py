"""The command line: what a person or a script asks, answered by the packages below."""
