# shellcheck shell=bash
# Node.js for the examples.
#
# Needs common.sh and sandbox.sh.
# shellcheck disable=SC2154

# The major version of a node program; 0 when it does not run.
node_major() {
  local version
  version=$("$@" --version 2>/dev/null) || version=v0
  version=${version#v}
  printf '%s\n' "${version%%.*}"
}

# Installs Debian's nodejs and npm, unless there are some already.
need_node() {
  local -a missing=()
  command -v node >/dev/null || missing+=(nodejs)
  command -v npm >/dev/null || missing+=(npm)
  if ((${#missing[@]} > 0)); then
    command -v apt-get >/dev/null || die "install Node.js 18 or later, and npm"
    note "installing ${missing[*]}"
    apt_install "${missing[@]}"
  fi
  (($(node_major node) >= 18)) ||
    die "Node.js 18 or later is needed; this is $(node --version)"
}

# npm_ci EXAMPLE [ARGUMENT...]: installs in the sandbox what its package-lock.json
# pins.  No package's own scripts are run.
npm_ci() {
  local example=$1
  shift
  inside npm ci --prefix "examples/$example" --ignore-scripts --no-audit --no-fund \
    --no-update-notifier --loglevel=error "$@"
}

# npm_node EXAMPLE VERSION: where there is an older Node.js only, that one too, in
# the example's node_modules.  npm's package of it is the program and no more.
npm_node() {
  local arch
  (($(node_major node) < ${2%%.*})) || return 0
  arch=$(node -p process.arch)
  inside npm install --prefix "examples/$1" --no-save --ignore-scripts --no-audit --no-fund \
    --no-update-notifier --loglevel=error "node-linux-$arch@$2"
}

# example_open EXAMPLE [ARGUMENT OF npm_ci...]: a sandbox with hcjwt and what the
# example needs from npm.  It goes away when the script ends.
example_open() {
  local example=$1 log
  shift
  trap example_close EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  need_node
  sandbox_make "$example"
  log=$sandbox/build.log
  note "building hcjwt in $sandbox"
  if ! { sandbox_copy && sandbox_build && sandbox_install &&
         npm_ci "$example" "$@"; } >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    die "hcjwt, or what $example needs from npm, could not be built"
  fi
}
example_close() {
  local status=$?
  trap '' INT TERM HUP
  sandbox_remove
  exit "$status"
}
