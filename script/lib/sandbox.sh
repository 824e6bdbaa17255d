# shellcheck shell=bash
# A throw-away place for a build and its servers: one directory under /tmp (or where
# find_place says) with
#
#   src/   a copy of this checkout, in which hcjwt is built
#   pg/    a copy of PostgreSQL (mostly symbolic links) with hcjwt installed
#   home/  the HOME of everything that runs there, and its TMPDIR
#
# It belongs to an unprivileged user, for a PostgreSQL server runs as no other.
# It writes neither to the checkout nor to the machine's own PostgreSQL.
#
# Needs common.sh, and what its need() sets.
# shellcheck disable=SC2154

# Warnings are errors.  Server headers and the server's calling conventions have
# unused parameters and compare int with size_t (sizeof, lengthof).
warnings='-Wall -Wextra -Werror -Wno-unused-parameter -Wno-sign-compare'

# sandbox_make NAME MEGABYTES: sets sandbox, sandbox_user and sandbox_bin
sandbox_make() {
  local -a as=()
  sandbox_user=$(id -un)
  if ((EUID == 0)); then
    for sandbox_user in postgres nobody none; do
      if id -u "$sandbox_user" >/dev/null 2>&1; then break; fi
    done
    [[ $sandbox_user != none ]] ||
      die "PostgreSQL must not run as root, and there is neither a user postgres nor nobody"
    as=(runuser -u "$sandbox_user" --)
  fi
  find_place "$2" "${as[@]}"
  sandbox=$(mktemp -d "$place/hcjwt-$1.XXXXXX")
  at_end+=(sandbox_remove)
  sandbox_bin=$sandbox/pg$("$pg_config" --bindir)
  mkdir "$sandbox/src" "$sandbox/home"
  ((EUID != 0)) || chown -R "$sandbox_user:" "$sandbox"
}

# inside [NAME=VALUE]... COMMAND...: runs it in src/ as the sandbox's user
inside() {
  local -a as=()
  ((EUID != 0)) || as=(runuser -u "$sandbox_user" --)
  (cd "$sandbox/src" &&
    exec "${as[@]}" env HOME="$sandbox/home" TMPDIR="$sandbox/home" "$@")
}

# inside_pg COMMAND...: as inside, with the sandbox's PostgreSQL first in PATH
server_environment=()
inside_pg() {
  inside PATH="$sandbox_bin:$sandbox/src/helpcenter:$PATH" "${server_environment[@]}" "$@"
}

# Prints the checkout's files that git tracks or would, NUL after each.
checkout_files() {
  local file
  git -C "$top" ls-files -z --cached --others --exclude-standard |
    while IFS= read -r -d '' file; do
      [[ ! -e $top/$file ]] || printf '%s\0' "$file"
    done
}

# checkout_copy DIR [COMMAND...]: copies the checkout into DIR, without what was
# built there; COMMAND runs what writes, as the user that DIR belongs to
checkout_copy() {
  local dir=$1
  local -a what=(--exclude=./.git --exclude=node_modules .)
  shift
  if git -C "$top" rev-parse >/dev/null 2>&1; then what=(--null --files-from=-); fi
  # status 1: a file changed while it was read, as when somebody edits it
  { checkout_files 2>/dev/null || true; } |
    { tar -C "$top" -c "${what[@]}" || (($? == 1)); } |
    "$@" tar -C "$dir" -x --no-same-owner || return
  "$@" make -s -C "$dir" clean PG_CONFIG="$pg_config" &&
    "$@" make -s -C "$dir/helpcenter" clean &&
    "$@" make -s -C "$dir/test" clean
}

sandbox_copy() { checkout_copy "$sandbox/src" inside; }

sandbox_build() {
  local jobs
  jobs=-j$(nproc)
  inside make "$jobs" PG_CONFIG="$pg_config" COPT="$warnings" &&
    inside make -C helpcenter "$jobs" CFLAGS='-O2 -g -Werror'
}

# A server finds its files relative to its own place, so a copy of the programs
# and links to everything else make an installation of our own, to which
# hcjwt's files are added.
sandbox_install() {
  local bin share lib
  bin=$("$pg_config" --bindir)
  share=$("$pg_config" --sharedir)
  lib=$("$pg_config" --pkglibdir)
  inside mkdir -p "$sandbox/pg"{"$bin","$share","$lib"} &&
    inside cp -a "$bin/." "$sandbox/pg$bin/" &&
    inside cp -rs "$share/." "$sandbox/pg$share/" &&
    inside cp -rs "$lib/." "$sandbox/pg$lib/" &&
    inside make -s install PG_CONFIG="$pg_config" COPT="$warnings" DESTDIR="$sandbox/pg"
}

# sandbox_stage LOG: the copy, built and installed, in a step of its own
sandbox_stage() {
  step "builds hcjwt and helpcenterd with $("$pg_config" --version), in $sandbox: make waits for the compiler" \
    to_log "$1" sandbox_stage_now
}
sandbox_stage_now() { sandbox_copy && sandbox_build && sandbox_install; }

# sandbox_processes DIR [exe|cwd]...: ids of the processes whose program (or
# whose working directory) lies in that sandbox
sandbox_processes() {
  local dir=$1 what
  shift
  for what in "$@"; do
    find /proc/[0-9]*/"$what" -maxdepth 0 -lname "$dir/*" 2>/dev/null || true
  done | sed 's|^/proc/||; s|/.*||' | sort -un
}

# sandbox_stop DIR [exe|cwd]...: ends them, in about a second.  Their files are
# removed afterwards, so a server may end at once and store nothing.  It gets
# the time to end its backends and to give back its shared memory.
sandbox_stop() {
  local signal process tries
  for signal in TERM KILL; do
    for process in $(sandbox_processes "$@"); do
      if [[ $signal == TERM && $(readlink "/proc/$process/exe" 2>/dev/null) == */postgres ]]; then
        kill -QUIT "$process" 2>/dev/null || true
      else
        kill -"$signal" "$process" 2>/dev/null || true
      fi
    done
    for ((tries = 0; tries < 60; tries++)); do
      [[ -n $(sandbox_processes "$@") ]] || return 0
      ((tries != 20)) || note "ends: waits for $(sandbox_processes "$@" | wc -l) processes in $1"
      sleep 0.1
    done
  done
}

# Ends what still runs there, and removes it.
sandbox_remove() {
  [[ -n ${sandbox-} ]] || return 0
  sandbox_stop "$sandbox" exe cwd
  rm -rf --one-file-system "$sandbox"
}
