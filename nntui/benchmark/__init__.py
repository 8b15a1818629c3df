"""How fast a model trains here: of what the machine can do, layer by layer, and beside other libraries."""
