"""The places and what stands in them."""
