"""The record of what happened: frozen stage records that point back to where each row came from."""
