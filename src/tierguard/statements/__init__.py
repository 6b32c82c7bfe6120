"""What a statement would do, read from its text."""
