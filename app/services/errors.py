"""What a service says when it cannot do what was asked."""


class RecordMissing(LookupError):
    """There is no such record."""


class BookingRefused(ValueError):
    """The booking cannot be made or changed as things stand."""
