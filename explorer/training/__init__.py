"""Training and evaluation: python -m explorer.training."""
