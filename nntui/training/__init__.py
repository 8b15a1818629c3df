"""Training: the loop (a generator of events), the best epoch, divergence, and several processes sharing a batch."""
