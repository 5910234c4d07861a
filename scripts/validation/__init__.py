"""What glisson computes beside the reference values of R, family by family."""
