#!/usr/bin/env python3
"""Start the backend: on STG, or on PROD where the server's own environment says so."""

from app.main import main

if __name__ == "__main__":
    main()
