"""Small network modules: the compact CNN, the pyramid, the RPN and the heads."""
