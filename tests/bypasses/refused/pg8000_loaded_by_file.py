"""pg8000: the module that connects, loaded once more by its file and under another name."""

import importlib.util
import os

import pg8000.core

import tierguard

tierguard.install()
spec = importlib.util.spec_from_file_location("again", pg8000.core.__file__)
again = importlib.util.module_from_spec(spec)
spec.loader.exec_module(again)
connection = again.CoreConnection(
    "app", host=os.environ["ROUTE_HOST"], port=int(os.environ["ROUTE_PORT"]), database="prod"
)
connection.execute_unnamed(os.environ["ROUTE_SQL"])
