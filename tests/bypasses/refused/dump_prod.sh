# tierguard dump: PROD by option and nobody at a terminal.
exec tierguard dump --tier prod prod.dump
