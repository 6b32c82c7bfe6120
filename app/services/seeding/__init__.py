"""Write the seed files into a database: reference data everywhere, made-up people and their doings on INT and STG."""

from app.services.seeding.run import SeedSummary, seed

__all__ = ["SeedSummary", "seed"]
