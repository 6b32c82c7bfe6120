"""Alembic: an env.py of its own, with PROD's URL in alembic.ini."""

import os
from pathlib import Path

from alembic import command
from alembic.config import Config

import tierguard

tierguard.install()
Path("steps/versions").mkdir(parents=True)
Path("steps/env.py").write_text("""
from alembic import context
from sqlalchemy import engine_from_config
section = context.config.get_section(context.config.config_ini_section)
with engine_from_config(section).connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
""")
Path("steps/versions/one.py").write_text("""
import os
from alembic import op
revision, down_revision = "1", None
def upgrade():
    op.execute(os.environ["ROUTE_SQL"])
""")
config = Config()
config.set_main_option("script_location", "steps")
config.set_main_option("sqlalchemy.url", os.environ["PROD_URL"].replace("postgresql", "postgresql+psycopg"))
command.upgrade(config, "head")
