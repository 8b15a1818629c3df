"""What one computes from a trained network and data: evaluation, gradient check."""
