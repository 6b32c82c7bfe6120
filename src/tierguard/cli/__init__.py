"""The command line: parse, render, exit. Decisions are made below."""
