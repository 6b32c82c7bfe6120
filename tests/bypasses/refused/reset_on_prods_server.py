"""Our own tool: STG's URL names a database that is missing on PROD's server, and a reset would build it there."""

import os

os.environ["STG_DATABASE_URL"] = os.environ["PROD_URL"].replace("/prod", "/stg_on_prods_server")
import tierguard
from tierguard import tools

tierguard.install()
with tools.rebuild_database(tierguard.resolve("stg"), recipe="a recipe"):
    pass
