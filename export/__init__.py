"""Export: from a training run's Keras models to a bundle that the daemon runs."""
