"""Atomic models read from files."""
