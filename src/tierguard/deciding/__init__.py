"""Decisions over frozen values: no clock, environment, file or network."""
