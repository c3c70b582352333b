"""Small network modules: the CNNs, the pyramid, the RPN and the heads."""
