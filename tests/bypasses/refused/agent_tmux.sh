# psycopg: a tmux server that the agent started, and a window whose environment is made from nothing.
command -v tmux >/dev/null || exit 77
typist="$(dirname "$0")/../typist.py"
code='import os, psycopg; psycopg.connect(os.environ["PROD_URL"]).execute(os.environ["ROUTE_SQL"])'
socket="$PWD/tmux"
cat > window.sh <<'END'
env -i PATH="$PATH" HOME="$HOME" TERM=xterm PROD_URL="$PROD_URL" ROUTE_SQL="$ROUTE_SQL" USE_PROD_DATABASE=true python "$typist" python -c "$code" > said 2>&1
echo $? > code
tmux -S "$socket" wait-for -S done
END
export typist code socket
CRUSH=1 tmux -S "$socket" -f /dev/null new-session -d sh window.sh
tmux -S "$socket" wait-for done
cat said
exit "$(cat code)"
