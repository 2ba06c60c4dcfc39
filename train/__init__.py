"""Training: cohort data, the paper's CNNs in Keras 3, their protocol and their figures."""
