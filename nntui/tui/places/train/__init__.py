"""Train: the dashboard of one run, drawn from nothing but its directory."""
