"""pg8000: imported by a finder that compiles modules its own way and asks nobody else, as typeguard's does."""

import importlib
import os
import sys
from importlib.abc import MetaPathFinder
from importlib.machinery import PathFinder, SourceFileLoader

import tierguard

tierguard.install()


class InstrumentingLoader(SourceFileLoader):
    def source_to_code(self, data, path, *, _optimize=-1):
        return super().source_to_code(bytes(data) + b"\n# instrumented", path, _optimize=_optimize)


class InstrumentingFinder(MetaPathFinder):
    def find_spec(self, fullname, path=None, target=None):
        spec = PathFinder.find_spec(fullname, path, target) if fullname.startswith("pg8000") else None
        if spec is not None:
            spec.loader = InstrumentingLoader(spec.loader.name, spec.loader.path)
        return spec


sys.meta_path.insert(0, InstrumentingFinder())
connection = importlib.import_module("pg8000.dbapi").connect(
    "app", host=os.environ["ROUTE_HOST"], port=int(os.environ["ROUTE_PORT"]), database="prod"
)
connection.cursor().execute(os.environ["ROUTE_SQL"])
connection.commit()
