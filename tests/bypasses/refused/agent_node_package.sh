# psycopg: an agent that node runs from its npm package, which sets no variable.
command -v node >/dev/null || exit 77
typist="$(dirname "$0")/../typist.py"
code='import os, psycopg; psycopg.connect(os.environ["PROD_URL"]).execute(os.environ["ROUTE_SQL"])'
package=node_modules/@google/gemini-cli/dist
mkdir -p "$package"
echo 'const { spawnSync } = require("child_process"); const [command, ...words] = process.argv.slice(2);' > "$package/index.js"
echo 'process.exit(spawnSync(command, words, { stdio: "inherit" }).status)' >> "$package/index.js"
env -i PATH="$PATH" HOME="$HOME" TERM=xterm PROD_URL="$PROD_URL" ROUTE_SQL="$ROUTE_SQL" USE_PROD_DATABASE=true node "$package/index.js" python "$typist" python -c "$code"
