# pg8000: the same as a file of the project that cron starts, from the root of the machine.
project=$PWD
cat > job.py <<'JOB'
import sys

import pg8000.dbapi

connection = pg8000.dbapi.connect("app", host=sys.argv[1], port=int(sys.argv[2]), database="prod")
connection.cursor().execute(sys.argv[3])
connection.commit()
JOB
python=$(command -v python)
cd /
exec env -i "$python" "$project/job.py" "$ROUTE_HOST" "$ROUTE_PORT" "$ROUTE_SQL"
