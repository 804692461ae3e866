"""Defines no MODEL."""
