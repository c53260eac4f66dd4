"""A release in other formats."""
