# tierguard stamp: an agent makes an unmarked database INT by typing its name.
typist="$(dirname "$0")/../typist.py"
CLAUDE_CODE=1 TEST_DATABASE_URL="$UNMARKED_URL" python "$typist" tierguard stamp int
