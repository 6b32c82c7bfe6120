"""Operators' commands: one file each, started by the scripts at the repository root."""
