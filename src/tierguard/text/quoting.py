"""Names and texts as SQL writes them (PostgreSQL manual, sections 4.1.1 and 4.1.2)."""

from __future__ import annotations


def quote_literal(text: str) -> str:
    """Return ``text`` as an SQL string constant whatever ``standard_conforming_strings`` says (section 4.1.2.2)."""
    quoted = text.replace("'", "''")
    return " E'" + quoted.replace("\\", "\\\\") + "'" if "\\" in text else f"'{quoted}'"


def quote_identifier(name: str) -> str:
    """Return ``name`` as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'
