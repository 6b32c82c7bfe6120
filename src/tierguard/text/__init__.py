"""Pure text: connection URLs, secrets, SQL quoting."""
