"""People and what they may do: roles, users, and which user has which role."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, func, true
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Base, Numbered, Timestamps, one_of


class RoleName(StrEnum):
    """The roles that the first migration inserts."""

    ADMIN = "admin"
    INSTRUCTOR = "instructor"
    STUDENT = "student"


class AccountStatus(StrEnum):
    """Whether an account takes part: only ``active`` instructors can be booked."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    DEACTIVATED = "deactivated"


class UserRole(Base):
    """One role of one user."""

    __tablename__ = "user_roles"

    user_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    role_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("roles.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    assigned_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Role(Numbered):
    """A named set of permissions."""

    __tablename__ = "roles"

    name: Mapped[str] = mapped_column(unique=True)
    description: Mapped[str | None]


class User(Numbered, Timestamps):
    """A person with an account. ``hashed_password`` is bcrypt."""

    __tablename__ = "users"
    __table_args__ = (CheckConstraint(one_of("account_status", AccountStatus), name="account_status"),)

    email: Mapped[str] = mapped_column(unique=True)
    hashed_password: Mapped[str]
    full_name: Mapped[str]
    is_active: Mapped[bool] = mapped_column(server_default=true())
    account_status: Mapped[str] = mapped_column(server_default=AccountStatus.ACTIVE)

    roles: Mapped[list[Role]] = relationship(secondary="user_roles")
