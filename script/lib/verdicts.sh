# shellcheck shell=bash
# Counts what passes and what fails, and prints a line for each.
#
# Needs common.sh.

passed=0 failed=0
verdict_log=$(mktemp)
verdicts_drop() { rm -f "$verdict_log"; }
at_end+=(verdicts_drop)

# check NAME COMMAND...: what the command says is shown only when it fails
check() {
  local name=$1
  shift
  if "$@" >"$verdict_log" 2>&1 </dev/null; then
    passed=$((passed + 1))
    note "ok - $name"
  else
    failed=$((failed + 1))
    note "not ok - $name"
    tail -n 200 "$verdict_log" | sed 's/^/    | /'
  fi
}

# The last line, and the exit status: 0 when nothing has failed.
verdicts_end() {
  note "$passed passed, $failed failed"
  exit "$((failed > 0))"
}
