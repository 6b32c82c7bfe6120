"""Accounts: roles, users, and which user has which role. Before them, the extensions that later tables rest on.

The extensions come first so that a server which lacks one is found out before anything is created. Taking the revision
back leaves them: they may have been there before.
"""

import sqlalchemy as sa
from alembic import op

from app.db import require_extensions
from app.db.extensions import REQUIRED

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Check the extensions, create the tables, insert the three roles."""
    if op.get_context().as_sql:  # `alembic upgrade --sql` has no server to ask
        for name in REQUIRED:
            op.execute(f"CREATE EXTENSION IF NOT EXISTS {name}")
    else:
        require_extensions(op.get_bind())
    op.create_table(
        "roles",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roles")),
        sa.UniqueConstraint("name", name=op.f("uq_roles_name")),
    )
    op.create_table(
        "users",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("hashed_password", sa.Text(), nullable=False),
        sa.Column("full_name", sa.Text(), nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("account_status", sa.Text(), server_default="active", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "account_status IN ('active', 'suspended', 'deactivated')", name=op.f("ck_users_account_status")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("email", name=op.f("uq_users_email")),
    )
    op.create_table(
        "user_roles",
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("role_id", sa.BigInteger(), nullable=False),
        sa.Column("assigned_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["role_id"], ["roles.id"], name=op.f("fk_user_roles_role_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_user_roles_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "role_id", name=op.f("pk_user_roles")),
    )
    op.create_index(op.f("ix_user_roles_role_id"), "user_roles", ["role_id"], unique=False)
    op.execute(
        "INSERT INTO roles (name, description) VALUES"
        " ('admin', 'Runs the platform'), ('instructor', 'Teaches lessons'), ('student', 'Takes lessons')"
    )


def downgrade() -> None:
    """Drop the tables, newest first."""
    op.drop_table("user_roles")
    op.drop_table("users")
    op.drop_table("roles")
