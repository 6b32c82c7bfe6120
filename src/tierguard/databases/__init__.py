"""What tierguard itself does to databases: connect, look, create, mark, authorize."""
