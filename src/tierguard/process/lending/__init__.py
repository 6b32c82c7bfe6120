"""Consent that ``tierguard run`` hands down to what it runs, over a private socket, for as long as it lives itself."""
