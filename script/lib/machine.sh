# shellcheck shell=bash
# Root file systems of Debian suites: debootstrap makes each once, and runs in them
# change nothing there.
#
# A run mounts and starts everything in namespaces of its own, which end with it.
# Nothing is removed across file systems.
#
# shellcheck disable=SC2034,SC2154
#
# Needs common.sh; the script that uses it calls machine_inside first of all, and
# has a function machine_NAME for each NAME that it gives to machine_apart.

# machine_only_root ENVIRONMENT...: runs the script again as root, where it is not
machine_only_root() {
  ((EUID != 0)) || return 0
  command -v sudo >/dev/null || die "needs root (run it as root, or install sudo)"
  exec sudo "$@"
}

# The mirror of the system's own apt configuration.
find_mirror() {
  mirror=${MATRIX_MIRROR-}
  # shellcheck disable=SC2016 # apt's own variable
  [[ -n $mirror ]] || mirror=$(apt-get indextargets --format '$(REPO_URI)' \
    'Created-By: Packages' 'Origin: Debian' 'Label: Debian' 2>/dev/null |
    sort | uniq -c | sort -rn | awk 'NR == 1 { print $2 }')
  [[ -n $mirror ]] ||
    die "this machine's apt names no mirror of Debian: set MATRIX_MIRROR=http://…/debian"
}

# in_root COMMAND...: in $root, with an environment of its own
in_root() {
  chroot "$root" env -i HOME=/root LC_ALL=C.UTF-8 TERM="${TERM:-dumb}" \
    PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    DEBIAN_FRONTEND=noninteractive "$@"
}

mount_in_root() {
  local at
  mkdir -p "$root"/{dev,proc,sys,tmp}
  mount -t tmpfs tmpfs "$root/dev"
  mkdir "$root"/dev/{pts,shm}
  for at in null zero full random urandom tty; do
    touch "$root/dev/$at"
    mount --bind "/dev/$at" "$root/dev/$at"
  done
  mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
  mount -t devpts -o newinstance,ptmxmode=0666 devpts "$root/dev/pts" 2>/dev/null ||
    mount --bind /dev/pts "$root/dev/pts"
  ln -s pts/ptmx "$root/dev/ptmx"
  ln -s /proc/self/fd "$root/dev/fd"
  mount -t proc proc "$root/proc"
}

# bootstrap SUITE FURTHER_SUITE...: makes or completes the system in $root, and
# mounts what it needs
bootstrap() {
  local suite=$1 s
  shift
  find_mirror
  export LC_ALL=C
  [[ -e /usr/share/keyrings/debian-archive-keyring.gpg ]] ||
    die "needs the package debian-archive-keyring"
  # every suite's script is the same, and older debootstraps lack the newer names
  if [[ ! -e $root/.bootstrapped ]]; then
    rm -rf --one-file-system "$root"
    debootstrap --variant=minbase --include=ca-certificates "$suite" "$root" \
      "$mirror" /usr/share/debootstrap/scripts/sid
    touch "$root/.bootstrapped"
  fi
  mount_in_root
  for s in "$suite" "$@"; do
    printf 'deb %s %s main\n' "$mirror" "$s"
  done >"$root/etc/apt/sources.list"
  # from a further suite, only what is asked for and what that needs
  for s in "$@"; do
    printf 'Package: *\nPin: release n=%s\nPin-Priority: 100\n\n' "$s"
    printf 'Package: *\nPin: release a=%s\nPin-Priority: 100\n\n' "$s"
  done >"$root/etc/apt/preferences.d/further-suites"
  # how this machine reaches its mirror: proxies, time-outs and the like
  apt-config dump | grep -E '^Acquire::(https?|Check-|Max-|Retries|ForceIPv|Proxy)' \
    >"$root/etc/apt/apt.conf.d/90machine" || true
  cp /etc/resolv.conf "$root/etc/resolv.conf"
  printf '127.0.0.1 localhost\n::1 localhost\n' >"$root/etc/hosts"
  in_root apt-get update -q
}

# overlay BASE WORK: sets root to a system whose changes stay in WORK
overlay() {
  mkdir "$2"/{upper,work,root}
  root=$2/root
  mount -t overlay overlay -o "lowerdir=$1,upperdir=$2/upper,workdir=$2/work" "$root" ||
    die "this kernel mounts no overlay on $2"
  mount_in_root
}

# checkout_into DIR: a copy of this checkout, with its .git
checkout_into() {
  mkdir -p "$1"
  # 1: a file changed while it was read, as when somebody edits it
  { tar -C "$top" -c --exclude=node_modules . || (($? == 1)); } | tar -C "$1" -x --no-same-owner
}

# machine_apart NET NAME ARGUMENT...: the function machine_NAME in this script, in
# namespaces for mounts, processes and shared memory, and for NET=--net another
machine_apart() {
  local net=$1
  shift
  # shellcheck disable=SC2086
  exec unshare --mount --pid --fork --kill-child --ipc $net -- "$0" --inside "$@"
}

# Runs that function there; the script calls this first of all.
machine_inside() {
  [[ ${1-} == --inside ]] || return 0
  local name=$2
  shift 2
  trap - EXIT INT TERM HUP
  mount --make-rprivate /
  "machine_$name" "$@"
  exit
}

# SIGKILL, because unshare obeys no other signal; all that it runs ends with it.
machine_stop() {
  local child=$step_child
  step_child=
  kill -KILL "$child" 2>/dev/null || true
  wait "$child" 2>/dev/null || true
}

# machine_run NET NAME ARGUMENT...: machine_apart in a child, which ends with this script
machine_run() {
  local status=0
  machine_apart "$@" </dev/null &
  step_child=$!
  step_stopper=machine_stop
  wait "$step_child" || status=$?
  step_child=
  step_stopper=
  return "$status"
}

# machine_make DIR NAME ARGUMENT...: makes the cached system DIR by machine_NAME DIR
# ARGUMENT..., unless it is there already, made of what machine_recipe ARGUMENT...
# prints.  Its log is beside it.
machine_is_made() {
  local dir=$1
  shift 2
  [[ -e $dir/.complete && $(machine_recipe "$@") == "$(<"$dir/.complete")" ]]
}
machine_make() {
  local dir=$1 log=$1.log
  ! machine_is_made "$@" || return 0
  [[ -z $(missing_packages debootstrap) ]] || apt_install debootstrap
  note "${dir##*/}: makes the system, once: waits for the package mirror; log in $log"
  mkdir -p "$(dirname "$dir")"
  if ! to_log "$log" machine_run '' "$2" "$dir" "${@:3}"; then
    tail -n 20 "$log" >&2
    return 1
  fi
  machine_recipe "${@:3}" >"$dir/.complete"
}

# machine_work CACHE: sets work, a directory for one run's changes
machine_work() {
  machine_drop
  work=$(mktemp -d "$1/run.XXXXXX")
}
machine_drop() {
  [[ -z $work ]] || rm -rf --one-file-system "$work"
  work=
}
work=
at_end+=(machine_drop)
