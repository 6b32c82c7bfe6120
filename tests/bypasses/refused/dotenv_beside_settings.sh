# psycopg: a parent loads the copied .env that lies beside its settings; its child inherits the flags.
mkdir -p .git config
printf 'APP_PRODUCTION=true\nUSE_PROD_DATABASE=true\n' > config/.env
cat > config/settings.py <<'PYTHON'
from dotenv import load_dotenv
load_dotenv()
import tierguard
tierguard.install()
PYTHON
cat > child.py <<'PYTHON'
import os, psycopg
import config.settings
psycopg.connect(os.environ["PROD_URL"]).execute(os.environ["ROUTE_SQL"])
PYTHON
cat > parent.py <<'PYTHON'
import subprocess, sys
import config.settings
sys.exit(subprocess.run([sys.executable, "child.py"]).returncode)
PYTHON
exec python parent.py
