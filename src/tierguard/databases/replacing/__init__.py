"""Replacing a whole database: built beside the old one, or put back from what was kept, and swapped in.

==============  ============================================================================
``rebuilding``  the door for those who reset
``templates``   prepared databases, by the hash of what they were made from
``undoing``     and back
``clearing``    what is kept or prepared is dropped
``copies``      copies of INT for tests, which end with the process
==============  ============================================================================
"""
