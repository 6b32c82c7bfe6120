"""Read the YAML seeds: a folder of files in, one frozen ``SeedData`` out, or every mistake with its line."""

from app.services.seed_files.data import (
    Category,
    Instructor,
    Offering,
    Pattern,
    ReviewText,
    SeedData,
    SeedSettings,
    Service,
    Slot,
    Student,
)
from app.services.seed_files.loading import load

__all__ = [
    "Category",
    "Instructor",
    "Offering",
    "Pattern",
    "ReviewText",
    "SeedData",
    "SeedSettings",
    "Service",
    "Slot",
    "Student",
    "load",
]
