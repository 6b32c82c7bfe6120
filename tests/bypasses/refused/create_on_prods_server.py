"""Our own tool: STG's URL names a database that is missing on PROD's server, so the tool would create it there."""

import os

os.environ["STG_DATABASE_URL"] = os.environ["PROD_URL"].replace("/prod", "/stg_on_prods_server")
import tierguard
from tierguard.databases.creation import ensure_database

tierguard.install()
ensure_database(tierguard.resolve("stg"))
