# shellcheck shell=bash
# Installs what is missing, by Debian's packages, and elsewhere says what to install.
#
# What the user has is neither upgraded nor removed, no service is started and no
# cluster is made.  A run that is killed leaves nothing of ours in the system but
# packages.
#
# Needs common.sh and postgres.sh.
# shellcheck disable=SC2034,SC2154

# What the build of hcjwt and helpcenterd needs beside the server's packages,
# and what the tests need in addition, by Debian's names.  Where several are
# named, any one that is there is enough, and the first is installed otherwise.
build_packages=(gcc make libc6-dev 'pkg-config|pkgconf' libssl-dev
  'libcurl4-openssl-dev|libcurl4-gnutls-dev|libcurl4-nss-dev'
  libmicrohttpd-dev libjansson-dev)
test_packages=(clang libclang-rt-dev curl libipc-run-perl perl pgbouncer)
# other programs that are tested with hcjwt where they are installed; pgaudit belongs to the
# server's version, so it is not in this list
beside_packages=(prometheus prometheus-postgres-exporter prometheus-sql-exporter
  patroni etcd-server haproxy pgpool2)

# The first of each.
first_choices() {
  local package
  for package in "$@"; do printf '%s\n' "${package%%|*}"; done
}

# ---- who may ----

# May as_root run commands?  sudo asks for its password where there is a terminal.
may_install() {
  ((EUID != 0)) || return 0
  command -v sudo >/dev/null || return 1
  ! sudo -n true 2>/dev/null || return 0
  [[ -t 0 || -t 1 || -t 2 ]] && sudo -v -p 'packages have to be installed; password of %p for sudo: '
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

# The same by exec, so that a signal to this process reaches the command.
exec_as_root() {
  ((EUID != 0)) || exec "$@"
  exec sudo -n "$@"
}

# ---- apt ----

package_is_installed() {
  [[ $(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null) == installed ]]
}

package_is_known() {
  [[ -n $(apt-cache --no-all-versions show "$1" 2>/dev/null) ]]
}

# Prints those of the packages that are not installed; of those to choose from, the
# first that apt knows.
missing_packages() {
  local choice package
  local -a choices
  for choice in "$@"; do
    IFS='|' read -r -a choices <<<"$choice"
    for package in "${choices[@]}"; do
      ! package_is_installed "$package" || continue 2
    done
    printf '%s\n' "${choices[0]}"
  done
}

# Without the last one, apt-get upgrades what is here of the same source package: a
# server, for its headers.
apt_options=(--no-install-recommends --no-remove -o APT::Get::Upgrade-By-Source-Package=false)

# What apt-get would do to packages that are there: "upgrades NAME OLD NEW" and
# "removes NAME", a line each.  Changes nothing, and asks no question.
apt_would() {
  apt-get -s -y -q "${apt_options[@]/--no-remove/--remove}" install "$@" >"$apt_work/would" 2>"$apt_work/log" ||
    return
  sed -nE 's/^Inst ([^ ]+) \[([^]]+)\] \(([^ ]+) .*/upgrades \1 \2 \3/p
    s/^Remv ([^ ]+) .*/removes \1/p' "$apt_work/would"
}

# Library packages' development packages need exactly their version.  Where apt
# still has that of the library that is installed, it is asked for by number:
# sets apt_wanted.
ask_for_installed_versions() {
  local changes=$1 _ old new package version
  while read -r _ _ old new; do
    while read -r package version; do
      if [[ $version == "$new" ]] && package_is_known "$package=$old"; then
        apt_wanted+=("$package=$old")
      fi
    done < <(sed -nE 's/^Inst ([^ ]+) \(([^ ]+) .*/\1 \2/p' "$apt_work/would")
  done < <(grep '^upgrades ' <<<"$changes")
}

# Programs of these names come first in the PATH of packages' scripts, and do
# nothing: no service starts, and no cluster is made.  Services of these packages
# must not start with the system later, either.
apt_stand_ins() {
  local -a names=(invoke-rc.d deb-systemd-invoke pg_createcluster)
  local name
  if [[ " ${apt_wanted[*]} " == *\ @(pgbouncer|prometheus*|patroni|etcd-server|haproxy|pgpool2)\ * ]]; then names+=(update-rc.d deb-systemd-helper); fi
  rm -f "$apt_work/bin"/*
  for name in "${names[@]}"; do
    printf '#!/bin/sh\nexit 0\n' >"$apt_work/bin/$name"
    chmod 755 "$apt_work/bin/$name"
  done
}

# Runs apt-get or dpkg as root, by exec.
exec_installer() {
  local path=$apt_work/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
  exec >>"$apt_work/log" 2>&1
  exec_as_root env DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1 PATH="$path" \
    "$@"
}

# A step that runs apt-get or dpkg.
installer_step() {
  local text=$1 status=0
  shift
  : >"$apt_work/log"
  step_stopper=installer_stop
  step "$text" exec_installer "$@" || status=$?
  step_stopper=
  return "$status"
}

# A signal makes apt-get end a download at once.  While dpkg works on packages,
# apt-get ends only when these are finished, and we do not wait for that.
installer_stop() {
  local child=$step_child tenth
  step_child=
  if ((EUID == 0)); then kill -INT "$child"; else sudo -n kill -INT "$child"; fi 2>/dev/null || true
  for ((tenth = 0; tenth < 10; tenth++)); do
    [[ -d /proc/$child ]] || return 0
    sleep 0.1
  done
  # until then its scripts need the PATH that we made
  printf '%s: apt-get goes on until the packages that it is installing are complete\n' "$me" >&2
  # shellcheck disable=SC2016 # for the other shell
  setsid -f bash -c 'while [[ -d /proc/$1 ]]; do sleep 1; done; rm -rf --one-file-system "$2"' \
    bash "$child" "$apt_work" </dev/null >/dev/null 2>&1
  apt_work=
}

apt_get() {
  local text=$1
  shift
  installer_step "$text" apt-get -o DPkg::Lock::Timeout=600 \
    -o DPkg::Path="$apt_work/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" \
    "$@"
}

# apt has no time-out for the lock of the package lists.
apt_update() {
  local tries
  for ((tries = 0; tries < 600; tries++)); do
    ! apt_get 'fetches the package lists: apt-get update waits for the package mirror' \
      update -q || return 0
    grep -q 'Could not get lock' "$apt_work/log" || return
    sleep 1
  done
  return 1
}

# Are there package lists at all?  A new system, or a container, may have none.
apt_has_lists() {
  [[ -n $(find /var/lib/apt/lists -maxdepth 1 -name '*_Packages*' -print -quit 2>/dev/null) ]]
}

apt_open() {
  [[ -z $apt_work ]] || return 0
  find_place 10 as_root
  apt_work=$(mktemp -d "$place/hcjwt-apt.XXXXXX")
  chmod 755 "$apt_work"
  mkdir "$apt_work/bin"
  at_end+=(apt_close)
}

apt_close() {
  [[ -z $apt_work ]] || rm -rf --one-file-system "$apt_work"
  apt_work=
}
apt_work=

# Ends the script, and prints the command that an administrator has to run.
administrator_only() {
  local update=
  apt-get -s -q install "$@" >/dev/null 2>&1 || update='apt-get update && '
  printf '%sapt-get install %s\n' "$update" "${apt_options[*]} $*" >&2
  exit 1
}

# apt_install PACKAGE...
apt_install() {
  local changes tries
  local -a apt_wanted=("$@")
  may_install || administrator_only "$@"
  apt_open
  apt_stand_ins
  # only where the package lists are missing or too old are they fetched
  if ! changes=$(apt_would "${apt_wanted[@]}"); then
    apt_update || true
    changes=$(apt_would "${apt_wanted[@]}") || apt_failed
  fi
  if grep -q '^upgrades ' <<<"$changes"; then
    ask_for_installed_versions "$changes"
    if ! changes=$(apt_would "${apt_wanted[@]}"); then
      apt_wanted=("$@")
      changes=$(apt_would "$@") || apt_failed
    fi
  fi
  apt_may "$changes"
  for ((tries = 1; ; tries++)); do
    ! apt_get "installs $*: apt-get waits for the package mirror, and unpacks" \
      install -y -q "${apt_options[@]}" "${apt_wanted[@]}" || break
    ((tries < 3)) || apt_failed
    if grep -q 'dpkg --configure -a' "$apt_work/log"; then
      installer_step 'finishes what an interrupted dpkg has left: dpkg --configure -a' \
        dpkg --configure -a || true
    else
      apt_update || true
    fi
  done
}

apt_failed() {
  tail -n 20 "$apt_work/log" >&2
  die "apt-get could not install what is missing: ${apt_wanted[*]-the package lists}"
}

# Ends the script where apt-get would change what we leave to the administrator.
apt_may() {
  local what name old new
  while read -r what name old new; do
    case $what in
      removes)
        die "to install ${apt_wanted[*]}, apt-get would remove $name: left to you"
        ;;
      upgrades)
        [[ $name != postgresql-[0-9]* ]] ||
          die "to install ${apt_wanted[*]}, apt-get would upgrade $name $old to $new: left to you"
        note "apt-get has to upgrade $name too, $old to $new"
        ;;
    esac
  done <<<"$1"
}

# ---- the server ----

# The server's major version that the system's package "postgresql" stands for.
default_version() {
  local version
  version=$(apt-cache depends postgresql 2>/dev/null |
    sed -n 's/.*Depends: postgresql-\([0-9][0-9]*\)$/\1/p' | head -n 1)
  [[ -n $version ]] && printf '%s\n' "$version"
}

# Prints the Debian packages that a PostgreSQL lacks: the one that PG_CONFIG names,
# or the newest whose server is here.  Prints no package that is installed.
server_packages() {
  local version
  if [[ -n ${PG_CONFIG-} ]]; then
    version=$(readlink -f "$pg_config" | sed -n 's|^/usr/lib/postgresql/\([0-9]*\)/bin/.*|\1|p')
    [[ -n $version ]] || return 0
    ! apt_has_lists || package_is_known "postgresql-server-dev-$version" || return 0
    missing_packages "postgresql-$version" "postgresql-server-dev-$version"
    return
  fi
  while read -r version; do
    ((version >= oldest_version)) || continue
    ! apt_has_lists || package_is_known "postgresql-server-dev-$version" || continue
    missing_packages "postgresql-server-dev-$version"
    return
  done < <(printf '%s\n' /usr/lib/postgresql/*/bin/postgres |
    sed -n 's|^/usr/lib/postgresql/\([0-9]*\)/bin/postgres$|\1|p' | sort -rn)
  version=$(default_version) || version=
  if [[ -z $version ]]; then
    # without package lists
    missing_packages postgresql postgresql-server-dev-all
    return
  fi
  ((version >= oldest_version)) || return 0
  missing_packages "postgresql-$version" "postgresql-server-dev-$version"
}

# libcurl's headers are the same for each TLS library.  We link with the libcurl that
# uses OpenSSL; where its development package is missing, this is its library.
curl_packages() {
  if package_is_installed libcurl4-gnutls-dev || package_is_installed libcurl4-nss-dev; then
    if package_is_known libcurl4t64; then
      missing_packages libcurl4t64
    else
      missing_packages libcurl4
    fi
  fi
}

# Prints the packages that are missing.
needed_packages() {
  missing_packages "${build_packages[@]}" "$@"
  curl_packages
  [[ -n $pg_config && -z $(postgres_problem "$pg_config") ]] || server_packages
}

# need PACKAGE...: installs those that are missing, beside the server and what
# hcjwt is built with, and sets pg_config.  Only what is missing is installed.
need() {
  local -a missing
  find_pg_config || true
  if ! command -v apt-get >/dev/null; then
    need_elsewhere "$@"
    return
  fi
  mapfile -t missing < <(needed_packages "$@")
  if ((${#missing[@]} > 0)) && ! apt_has_lists && may_install; then
    apt_open
    apt_update || apt_failed
    mapfile -t missing < <(needed_packages "$@")
  fi
  ((${#missing[@]} == 0)) || apt_install "${missing[@]}"
  find_pg_config || die_without_postgres
}
