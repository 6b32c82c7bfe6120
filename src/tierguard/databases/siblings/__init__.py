"""Databases beside another one: how a tier's database is replaced without being lost.

=============  =============================================================================
``lease``      one process at a time replaces a database; what it began ends with it
``obstacles``  why no database can be made beside this one
``listing``    the databases beside another one, told from what only has such a name
``making``     made, marked, dropped
``likeness``   what belongs to a database's name rather than to what is in it
``furnishing`` what is in a database beside the project's own objects
``swap``       the two renames
``snapshots``  what was kept: listed, pruned, and taken without a swap
``keeping``    a snapshot of what is there now, before it is wiped in place
=============  =============================================================================
"""
