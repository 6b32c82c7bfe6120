"""Whether the condition of an UPDATE, DELETE or MERGE leaves any row out."""
