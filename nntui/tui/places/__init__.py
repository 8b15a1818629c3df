"""The places of the app, one folder each, and the registry that lists them."""
