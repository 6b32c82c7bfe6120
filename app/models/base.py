"""What every table shares: names of constraints, column types, the moment of creation and of change."""

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, ClassVar

from sqlalchemy import BigInteger, Date, DateTime, Identity, Integer, MetaData, Numeric, Text, Time, func
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """The root of the mapped classes; ``Base.metadata`` is what Alembic compares a database with."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        int: Integer(),
        str: Text(),
        date: Date(),
        time: Time(),
        datetime: DateTime(timezone=True),
        Decimal: Numeric(10, 2),
    }


class Numbered(Base):
    """A table whose rows are numbered by the server, in 64 bits."""

    __abstract__ = True

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True, sort_order=-1)


class Timestamps(Base):
    """A table that remembers when a row was made and when the application last changed it."""

    __abstract__ = True

    created_at: Mapped[datetime] = mapped_column(server_default=func.now(), sort_order=98)
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now(), sort_order=99)


def one_of(column: str, values: type[Any]) -> str:
    """Return the CHECK expression that allows a text column only the values of an enumeration."""
    return f"{column} IN ({', '.join(repr(str(value)) for value in values)})"
