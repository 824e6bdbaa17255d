# shellcheck shell=bash
# Shared by the commands in script/: messages, steps that take their time, a place
# to work in.  What they need of the system is in packages.sh and postgres.sh.

# shellcheck disable=SC2034 # for those who read this file
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
me=$(basename "$0")

# The caller's PostgreSQL settings are for the caller's servers, not for ours.
for variable in ${!PG*}; do
  [[ $variable == PG_CONFIG ]] || unset "$variable"
done
export LC_ALL=C.UTF-8
# Another user has to read what this installs and builds.
umask 022

note() { printf '%s\n' "$*"; }

# Prints a message to stderr and ends the script.
die() {
  printf '%s: %s\n' "$me" "$*" >&2
  exit 1
}

# Prints the comment at the head of the calling script: its --help.
usage() {
  sed -n '2,/^[^#]/{s/^# \{0,1\}//p}' "$0"
}

[[ ${1-} != @(-h|--help) ]] || { usage && exit; }

no_arguments() { (($# == 0)) || die "unknown argument: $1 (see script/$me --help)"; }

# ---- steps ----

step_child=
step_stopper=       # a function that ends the command, if SIGTERM to its group will not do

# step TEXT COMMAND...: runs the command.  Prints TEXT, which says what it does and
# what it waits for, when it takes longer than two seconds.  A signal to the script
# takes effect at once; step_stop then ends the command.
step() {
  local text=$1 status=0 tenth
  shift
  # a process group of its own, so that all of it can be ended, and nothing else is
  set -m
  "$@" </dev/null &
  step_child=$!
  set +m
  for ((tenth = 0; tenth < 20; tenth++)); do
    kill -0 "$step_child" 2>/dev/null || break
    sleep 0.1
  done
  ((tenth < 20)) || note "$text"
  wait "$step_child" 2>/dev/null || status=$?
  step_child=
  return "$status"
}

# to_log FILE COMMAND...: runs the command, with its output in that file
to_log() {
  local file=$1
  shift
  "$@" >"$file" 2>&1
}

# Ends the step that is running, within a second or so.
step_stop() {
  local child=$step_child tenth
  [[ -n $child ]] || return 0
  if [[ -n $step_stopper ]]; then
    "$step_stopper"
    return 0 # without the 0, in a trap: the status from before the trap
  fi
  step_child=
  kill -TERM -- "-$child" 2>/dev/null || return 0
  for ((tenth = 0; tenth < 10; tenth++)); do
    kill -0 -- "-$child" 2>/dev/null || return 0
    sleep 0.1
  done
  kill -KILL -- "-$child" 2>/dev/null || true
}

# ---- the end ----

# Functions that clear away, called in the reverse order however the script ends.
at_end=()

common_leave() {
  local status=$? i
  trap '' INT TERM HUP
  step_stop
  for ((i = ${#at_end[@]} - 1; i >= 0; i--)); do
    "${at_end[i]}" || true
  done
  exit "$status"
}
trap common_leave EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# ---- a place to work in ----

# place_problem DIR MEGABYTES [COMMAND...]: prints why that directory cannot be used, or
# nothing.  COMMAND, such as runuser, runs what follows as the user who is to work there.
place_problem() {
  local dir=$1 megabytes=$2 free probe
  shift 2
  if [[ $dir != /* || $dir == *[[:space:]]* ]]; then
    printf 'it has to be an absolute path, without spaces'
  elif ((${#dir} > 50)); then
    printf 'its name is too long, as names of sockets are to follow it'
  elif [[ ! -d $dir ]]; then
    printf 'there is no such directory'
  elif ! probe=$("$@" mktemp -d "$dir/hcjwt-probe.XXXXXX" 2>/dev/null); then
    printf 'nothing can be written there'
  else
    # shellcheck disable=SC2016 # for the other shell
    if ! "$@" sh -c 'printf "#!/bin/sh\nexit 0\n" >"$1/run" && chmod 755 "$1/run"' \
      sh "$probe" 2>/dev/null; then
      printf 'nothing can be written there'
    elif ! "$@" "$probe/run" 2>/dev/null; then
      printf 'programs do not run there (is it mounted noexec?)'
    fi
    "$@" rm -rf "$probe"
    free=$(df -Pk "$dir" 2>/dev/null | awk 'NR == 2 { print int($4 / 1024) }')
    if [[ -n $free ]] && ((free < megabytes)); then
      printf 'there are %s MB free, and %s are needed' "$free" "$megabytes"
    fi
  fi
}

# find_place MEGABYTES [COMMAND...]: sets place to the directory to work in: $TMPDIR
# where it is set, or else /tmp, or else /var/tmp.
find_place() {
  local problem
  if [[ -n ${TMPDIR-} ]]; then
    place=${TMPDIR%/}
    problem=$(place_problem "$place" "$@")
    [[ -z $problem ]] || die "TMPDIR=$TMPDIR: $problem"
    return
  fi
  place=/tmp
  problem=$(place_problem /tmp "$@")
  [[ -n $problem ]] || return 0
  place=/var/tmp
  [[ -z $(place_problem /var/tmp "$@") ]] ||
    die "/tmp: $problem (nor will /var/tmp do; set TMPDIR to a directory that will)"
  [[ -n $place_told ]] || note "works in /var/tmp, not in /tmp: $problem"
  place_told=1
}
place_told=

# shellcheck source=script/lib/postgres.sh
. "$top/script/lib/postgres.sh"
# shellcheck source=script/lib/packages.sh
. "$top/script/lib/packages.sh"
# shellcheck source=script/lib/elsewhere.sh
. "$top/script/lib/elsewhere.sh"
