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
    command -v apt-get >/dev/null || elsewhere_need node
    apt_install "${missing[@]}"
  fi
  (($(node_major node) >= 18)) ||
    die "Node.js 18 or later is needed; this is $(node --version)"
}

# ---- npm ----

# The caller's npm configuration is heeded: registry, proxy, certificates.  It is
# copied, and so are the certificates that it names, for the sandbox's user may not
# read the caller's files.
npm_configure() {
  local rc=${NPM_CONFIG_USERCONFIG:-${npm_config_userconfig:-${HOME-}/.npmrc}} file
  npm_environment=(NPM_CONFIG_UPDATE_NOTIFIER=false)
  if [[ -r $rc ]]; then
    npm_hand_over "$rc" npmrc
    npm_environment+=("NPM_CONFIG_USERCONFIG=$sandbox/home/npmrc")
  fi
  file=$(npm config get cafile 2>/dev/null </dev/null) || file=
  if [[ -n $file && $file != null && -r $file ]]; then
    npm_hand_over "$file" npm-ca.pem
    npm_environment+=("NPM_CONFIG_CAFILE=$sandbox/home/npm-ca.pem")
  fi
  if [[ -r ${NODE_EXTRA_CA_CERTS-} ]]; then
    npm_hand_over "$NODE_EXTRA_CA_CERTS" node-ca.pem
    npm_environment+=("NODE_EXTRA_CA_CERTS=$sandbox/home/node-ca.pem")
  fi
}
npm_hand_over() {
  (umask 077 && cat "$1" >"$sandbox/home/$2")
  ((EUID != 0)) || chown "$sandbox_user:" "$sandbox/home/$2"
}

# npm_inside ARGUMENT...: npm in the sandbox
npm_inside() {
  inside "${npm_environment[@]}" npm "$@"
}

# registry_answers LOG: asks npm's registry for a package of the examples'
registry_answers() {
  step 'asks npm'\''s registry: npm waits for its answer' to_log "$1" npm_ask
}
npm_ask() {
  npm_inside view pg version --fetch-retries=1 --fetch-retry-mintimeout=1000 \
    --fetch-timeout=20000 --loglevel=error
}

# Prints what npm gave as the reason.
registry_reason() { grep -iE 'npm (err!|error)' "$1" | grep -v 'complete log' | head -n 4 || true; }

# npm_ci FOLDER [ARGUMENT...]: installs in the sandbox what its package-lock.json
# pins.  No package's own scripts are run.
npm_ci() {
  local folder=$1
  shift
  npm_inside ci --prefix "$folder" --ignore-scripts --no-audit --no-fund \
    --loglevel=error "$@"
}

# npm_node EXAMPLE VERSION: where Node.js is older, installs that version too, in the
# example's node_modules.  npm's package of it has only the program.
npm_node() {
  local arch
  (($(node_major node) < ${2%%.*})) || return 0
  arch=$(node -p process.arch)
  npm_inside install --prefix "examples/$1" --no-save --ignore-scripts --no-audit --no-fund \
    --loglevel=error "node-linux-$arch@$2"
}

# example_open EXAMPLE [ARGUMENT OF npm_ci...]: a sandbox with hcjwt and what the
# example needs from npm.  It goes away when the script ends.
example_open() {
  local example=$1 log
  shift
  need_node
  sandbox_make "$example" 800
  npm_configure
  log=$sandbox/build.log
  # before minutes are spent
  if ! registry_answers "$log"; then
    registry_reason "$log" >&2
    die "npm's registry, which $example needs packages of, does not answer as it should"
  fi
  sandbox_stage "$log" || example_failed 'hcjwt could not be built'
  step "fetches what $example needs: npm waits for its registry" \
    to_log "$log" npm_ci "examples/$example" "$@" ||
    example_failed "what $example needs from npm could not be installed"
}
example_failed() {
  tail -n 20 "$sandbox/build.log" >&2
  die "$1"
}
