# shellcheck shell=bash
# Shared by the commands in script/: messages, packages, the server's place.

# shellcheck disable=SC2034 # for those who read this file
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
me=$(basename "$0")

# The caller's PostgreSQL settings are for the caller's servers, not for ours.
for variable in ${!PG*}; do
  [[ $variable == PG_CONFIG ]] || unset "$variable"
done
export LC_ALL=C.UTF-8

# What hcjwt and helpcenterd are built with, beside the server's packages, and
# what the tests need more: Debian's names.
build_packages=(gcc make libc6-dev pkg-config libssl-dev libcurl4-openssl-dev
  libmicrohttpd-dev libjansson-dev)
test_packages=(clang libclang-rt-dev curl libipc-run-perl perl pgbouncer)

# Prints a message to stderr and ends the script.
die() {
  printf '%s: %s\n' "$me" "$*" >&2
  exit 1
}

# Prints the comment at the head of the calling script: its --help.
usage() {
  sed -n '2,/^[^#]/{s/^# \{0,1\}//p}' "$0"
}

# as_root COMMAND...
as_root() {
  if ((EUID == 0)); then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    die "needs root for: $* (run it as root, or install sudo)"
  fi
}

# Installs packages, and starts no service that one of them brings.
apt_install() (
  policy=/usr/sbin/policy-rc.d
  report=$(mktemp)
  ours=
  restore() {
    [[ -z $ours ]] || as_root rm -f "$policy"
    rm -f "$report"
  }
  trap restore EXIT
  trap 'exit 130' INT TERM
  if [[ ! -e $policy ]]; then
    ours=1
    printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
    as_root chmod 755 "$policy"
  fi
  install() {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q \
      -o DPkg::Lock::Timeout=300 --no-install-recommends "$@" >>"$report" 2>&1 </dev/null
  }
  # only where the package lists are missing or too old are they fetched
  if ! install "$@"; then
    as_root apt-get update -q >"$report" 2>&1 </dev/null || true
    if ! install "$@"; then
      tail -n 20 "$report" >&2
      die "apt-get could not install: $*"
    fi
  fi
)

package_is_installed() {
  [[ $(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null) == installed ]]
}

# Prints those of the packages that are not installed.
missing_packages() {
  local package
  for package in "$@"; do
    package_is_installed "$package" || printf '%s\n' "$package"
  done
}

# The package postgresql-NN makes and starts a cluster when it is installed.
# We have no use for one, so it is told not to, this once.
install_server() (
  conf=/etc/postgresql-common/createcluster.conf
  package_is_installed postgresql-common || apt_install postgresql-common
  kept=$(mktemp)
  [[ ! -e $conf ]] || cat "$conf" >"$kept"
  restore() {
    if [[ -s $kept ]]; then
      as_root tee "$conf" <"$kept" >/dev/null
    else
      as_root rm -f "$conf"
    fi
    rm -f "$kept"
  }
  trap restore EXIT
  trap 'exit 130' INT TERM
  { cat "$kept"; echo 'create_main_cluster = false'; } |
    as_root tee "$conf" >/dev/null
  apt_install "$@"
)

# The server's major version that the system's package "postgresql" stands for.
default_version() {
  local version
  version=$(apt-cache depends postgresql 2>/dev/null |
    sed -n 's/.*Depends: postgresql-\([0-9][0-9]*\)$/\1/p' | head -n 1)
  [[ -n $version ]] && printf '%s\n' "$version"
}

# Sets pg_config: $PG_CONFIG; or the one in PATH, when it has its server beside
# it; or that of the newest of Debian's packages.
find_pg_config() {
  local candidate
  if [[ -n ${PG_CONFIG-} ]]; then
    pg_config=$(command -v "$PG_CONFIG") || die "PG_CONFIG=$PG_CONFIG: no such command"
    return
  fi
  pg_config=
  while read -r candidate; do
    [[ -x $candidate && -x $(dirname "$candidate")/postgres &&
       -e $("$candidate" --pgxs) ]] || continue
    pg_config=$candidate
  done < <(printf '%s\n' /usr/lib/postgresql/*/bin/pg_config | sort -V
           command -v pg_config)
  [[ -n $pg_config ]]
}

# need PACKAGE...: installs those that are missing, beside the server and what
# hcjwt is built with, and sets pg_config.  Only what is missing is installed.
need() {
  local -a missing
  if ! command -v apt-get >/dev/null; then
    find_pg_config || die "no PostgreSQL found to build for; set PG_CONFIG"
    return
  fi
  mapfile -t missing < <(missing_packages "${build_packages[@]}" "$@")
  if ((${#missing[@]} > 0)); then
    note "installing ${missing[*]}"
    apt_install "${missing[@]}"
    # its program is all we want, not its service
    if [[ " ${missing[*]} " == *' pgbouncer '* ]]; then
      as_root update-rc.d pgbouncer disable >/dev/null 2>&1 || true
    fi
  fi
  if ! find_pg_config; then
    local version
    version=$(default_version) ||
      die "apt-cache knows no package postgresql; set PG_CONFIG"
    note "installing PostgreSQL $version (no cluster is made, no server started)"
    install_server "postgresql-$version" "postgresql-server-dev-$version" ||
      die "PostgreSQL could not be installed"
    find_pg_config || die "PostgreSQL $version is installed, but its pg_config is not found"
  fi
}
