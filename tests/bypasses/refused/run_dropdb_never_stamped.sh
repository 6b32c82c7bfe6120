# tierguard run: dropdb names a PROD that was never stamped.
exec tierguard run -- dropdb unmarked
