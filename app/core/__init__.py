"""Settings: the bottom of the application."""
