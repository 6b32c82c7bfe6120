"""PostgreSQL's client programs, run on one tier.

============  ============================================================================
``finding``   the program that fits the server, and the environment that leads it there
``passfile``  its password file, which ends with it
``archives``  pg_dump into a file, and back in one transaction
============  ============================================================================
"""
