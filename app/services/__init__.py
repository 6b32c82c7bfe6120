"""Use cases: each takes a connection, none opens one."""
