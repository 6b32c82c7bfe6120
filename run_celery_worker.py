#!/usr/bin/env python3
"""Start the Celery worker and its schedule: on STG, or on PROD where the server's own environment says so."""

from app.worker import main

if __name__ == "__main__":
    main()
