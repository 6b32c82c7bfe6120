# tierguard run: an interpreter that reads on (-i) when tierguard run has ended, and then says yes to everything (R7).
exec python -i "$(command -v tierguard)" run -- true <<'CODE'
import json, os, socket, subprocess, sys, tempfile, threading
path = tempfile.mkdtemp() + "/s"
server = socket.socket(socket.AF_UNIX)
server.bind(path)
server.listen()
terms = {"operation": "write", "target": "app/prod", "reason": "", "identity": ["", "", "prod"], "until": "23:59"}
def serve():
    while True:
        caller, _ = server.accept()
        asked = json.loads(caller.makefile("rb").readline() or "{}")
        caller.sendall(json.dumps({**terms, "v": 1, "nonce": asked.get("nonce", "")}).encode() + b"\n")
        caller.close()

threading.Thread(target=serve, daemon=True).start()
code = "import os, psycopg, tierguard; tierguard.install(); psycopg.connect(tierguard.resolve('prod').url, autocommit=True).execute(os.environ['ROUTE_SQL'])"
os._exit(subprocess.call([sys.executable, "-c", code], env={**os.environ, "TIERGUARD_CONSENT": path}))
CODE
