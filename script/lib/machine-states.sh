# shellcheck shell=bash
# The states of machines that script/test-machines makes, and how each run must end.
#
# Needs common.sh and machine.sh, which has set root.  A state is a function
# state_NAME.  It fails when any command in it fails; then its output is shown.
# shellcheck disable=SC2154,SC2317

# Their names and what they are.
states() {
  sed -n 's/^# state \([a-z-]*\): /\1 /p' "$top/script/lib/machine-states.sh" |
    while read -r name what; do printf '%-14s %s\n' "$name" "$what"; done
}

# ---- parts of states ----

install() { in_root apt-get install -y -q --no-install-recommends "$@"; }

# as USER COMMAND...: in that user's log-in shell's directory and environment
as() {
  local user=$1
  shift
  in_root su - "$user" -c "$(printf '%q ' "$@")" </dev/null
}

# checkout USER [DIR]: a clone that is the user's
checkout() {
  local home=/root dir
  [[ $1 == root ]] || home=/home/$1
  dir=$home/${2:-hcjwt}
  checkout_into "$root$dir"
  in_root chown -R "$1" "$dir"
}

fails_with() {
  printf 'WRONG: %s\n' "$*"
  exit 1
}

# works USER [COMMAND...]: the demo does, as that user, and says so
works() {
  local user=$1 said=$root/var/tmp/said
  shift
  (($# > 0)) || set -- hcjwt/script/demo
  as "$user" "$@" >"$said" 2>&1 || { tail -n 60 "$said" && fails_with "$user: $*"; }
  cat "$said"
  grep -q '^All [0-9]* checks are as claimed' "$said" || fails_with 'no word of success'
}

installed() { in_root dpkg-query -W -f '${Package} ${Version} ${db:Status-Status}\n' | grep ' installed$'; }

remember() {
  installed >"$root/var/tmp/before"
  find "$root"/{etc,usr/sbin} -xdev -newer "$root/var/tmp/before" >/dev/null
}

# What must hold of the machine after a demo.
untouched() {
  local changed left
  changed=$(installed | grep -vxFf - "$root/var/tmp/before" || true)
  [[ -z $changed ]] || fails_with "these packages are gone, or are of other versions: $changed"
  [[ ! -e $root/usr/sbin/policy-rc.d ]] || fails_with 'there is a policy-rc.d'
  ! grep -q '^create_main_cluster' "$root/etc/postgresql-common/createcluster.conf" 2>/dev/null ||
    fails_with 'createcluster.conf is changed'
  [[ ${1-} == cluster || -z $(ls "$root/etc/postgresql" 2>/dev/null) ]] || fails_with 'a cluster was made'
  left=$(find "$root"/{tmp,var/tmp} -maxdepth 1 -name 'hcjwt-*')
  [[ -z $left ]] || fails_with "left behind: $left"
  left=$(in_root ps -e -o comm= | grep -E '^(postgres|helpcenterd|apt-get|make)$' || true)
  [[ ${1-} == cluster || -z $left ]] || fails_with "still running: $left"
}

# demo USER [COMMAND...]: the demo works as that user, and leaves the machine alone
demo() {
  remember
  works "$@"
  untouched
}

# ---- the states ----

# state headers: package postgresql and libpq-dev, without the server's headers
state_headers() {
  install postgresql libpq-dev
  in_root pg_dropcluster --stop 15 main
  checkout root
  demo root
}

# state libpq: libpq-dev alone, whose pg_config has no server
state_libpq() {
  install libpq-dev
  checkout dev
  demo dev
  in_root dpkg-query -W postgresql-server-dev-15
}

# a PostgreSQL of another version as far as pg_config tells: stranger DIR VERSION
stranger() {
  mkdir -p "$root$1"
  cat >"$root$1/pg_config" <<END
#!/bin/sh
case \$1 in
  --version) echo 'PostgreSQL $2' ;;
  --bindir) echo '$1' ;;
  --includedir-server) echo '$1/include/server' ;;
  --pgxs) echo /usr/lib/postgresql/15/lib/pgxs/src/makefiles/pgxs.mk ;;
  *) exit 1 ;;
esac
END
  printf '#!/bin/sh\necho "postgres (PostgreSQL) %s"\n' "$2" >"$root$1/postgres"
  cp "$root$1/postgres" "$root$1/initdb"
  chmod 755 "$root$1"/{pg_config,postgres,initdb}
}

# state two-versions: a complete 15, and a newer one whose headers are missing
state_two-versions() {
  install postgresql-15 postgresql-server-dev-15
  in_root pg_dropcluster --stop 15 main
  stranger /usr/lib/postgresql/17/bin 17.2
  checkout dev
  remember
  works dev
  grep 'throw-away PostgreSQL 15' "$root/var/tmp/said"
  untouched
  ! as dev env PG_CONFIG=/usr/lib/postgresql/17/bin/pg_config hcjwt/script/demo >"$root/var/tmp/said" 2>&1 ||
    fails_with 'a chosen PG_CONFIG without headers works'
  grep 'PG_CONFIG=/usr/lib/postgresql/17/bin/pg_config: the server.s headers are missing' "$root/var/tmp/said"
}

# state bare: no package of ours, and no package lists
state_bare() {
  rm -rf "$root"/var/lib/apt/lists/*
  checkout root
  demo root
}

# state gnutls: a developer's libcurl4-gnutls-dev, which another would displace
state_gnutls() {
  install libcurl4-gnutls-dev
  checkout root
  demo root
}

# state running: a cluster of an older minor version runs on port 5432
state_running() {
  local deb dir=$root/var/tmp/older before
  deb=$(echo "$root"/var/cache/apt/archives/postgresql-15_*.deb)
  mkdir "$dir"
  dpkg-deb -R "$deb" "$dir"
  sed -i 's/^Version: .*/Version: 15.1-0+deb12u1/' "$dir/DEBIAN/control"
  dpkg-deb -b "$dir" "$root/var/tmp/older.deb" >/dev/null
  rm -rf "$dir"
  install postgresql-common postgresql-client-15 libpq5
  install /var/tmp/older.deb
  in_root pg_ctlcluster 15 main start || true
  before=$(head -n 1 "$root/var/lib/postgresql/15/main/postmaster.pid")
  checkout dev
  remember
  works dev
  untouched cluster
  [[ $(head -n 1 "$root/var/lib/postgresql/15/main/postmaster.pid") == "$before" ]] ||
    fails_with 'the cluster was restarted'
  in_root su postgres -c "psql -p 5432 -c 'SELECT version()'"
}

# state no-sudo: a user who may not install; the administrator runs what they are told
state_no-sudo() {
  local said=$root/var/tmp/said
  checkout plain
  remember
  ! as plain hcjwt/script/demo >"$said" 2>&1 || fails_with 'it works without packages'
  cat "$said"
  [[ $(wc -l <"$said") == 1 ]] || fails_with 'more than the one command'
  grep -q '^apt-get ' "$said" || fails_with 'no command'
  in_root sh -c "$(sed 's/apt-get install/apt-get install -y -q/' "$said")"
  in_root pg_dropcluster --stop 15 main 2>/dev/null || true
  works plain
  untouched
}

# state noexec: nothing can be run in /tmp
state_noexec() {
  mount -t tmpfs -o noexec,mode=1777 tmpfs "$root/tmp"
  checkout root
  remember
  works root
  grep -q 'works in /var/tmp, not in /tmp: .*noexec' "$root/var/tmp/said" || fails_with 'not a word of it'
  ! as root env TMPDIR=/tmp hcjwt/script/demo >"$root/var/tmp/said" 2>&1 || fails_with 'TMPDIR is not heeded'
  grep 'TMPDIR=/tmp: .*noexec' "$root/var/tmp/said"
  untouched
}

# state small-tmp: there is no room in /tmp
state_small-tmp() {
  mount -t tmpfs -o size=20m,mode=1777 tmpfs "$root/tmp"
  mkdir -m 1777 "$root/srv/roomy"
  checkout dev
  remember
  works dev
  grep -q 'works in /var/tmp, not in /tmp: there are [0-9]* MB free' "$root/var/tmp/said" ||
    fails_with 'not a word of it'
  works dev env TMPDIR=/srv/roomy hcjwt/script/demo
  grep ' in /srv/roomy/hcjwt-demo' "$root/var/tmp/said"
  untouched
}

# state read-only: a checkout that cannot be written to
state_read-only() {
  checkout dev
  mount --bind "$root/home/dev/hcjwt" "$root/home/dev/hcjwt"
  mount -o remount,ro,bind "$root/home/dev/hcjwt"
  demo dev
}

# state space: a checkout whose path has a space in it
state_space() {
  checkout dev 'my projects/hc jwt'
  demo dev 'my projects/hc jwt/script/demo'
}

# state umask: what root makes is root's alone
state_umask() {
  checkout root
  demo root sh -c 'umask 077 && exec hcjwt/script/demo'
}

# state locale: a locale that is not UTF-8
state_locale() {
  checkout dev
  demo dev env LANG=de_DE LC_ALL=de_DE LC_MESSAGES=de_DE hcjwt/script/demo
}

# state stranger: the first pg_config in PATH is not PostgreSQL's packages'
state_stranger() {
  local version
  checkout root
  for version in 12.1 17.2 nonsense; do
    stranger /usr/local/bin "$version"
    rm "$root/usr/local/bin/"{postgres,initdb}
    [[ -e $root/var/tmp/before ]] || remember
    works root
  done
  printf '#!/bin/sh\nsleep 1000\n' >"$root/usr/local/bin/pg_config"
  works root
  untouched
}

# state together: root and a user at once
state_together() {
  local other
  checkout root
  checkout dev
  remember
  as dev hcjwt/script/demo >"$root/var/tmp/other" 2>&1 &
  other=$!
  works root
  wait "$other" || { cat "$root/var/tmp/other" && fails_with 'the other one'; }
  untouched
}

# runs_in_dpkg SIGNAL: root's demo, until dpkg is at work; sets demo_process
runs_in_dpkg() {
  as root timeout --foreground -s "$1" 1000 hcjwt/script/demo >"$root/var/tmp/said" 2>&1 &
  until in_root pgrep -x dpkg >/dev/null; do sleep 0.05; done
  demo_process=$(in_root pgrep -o -f 'bash hcjwt/script/demo')
}

# state interrupted: by Ctrl-C in apt-get, and by a kill -9 of all that runs
state_interrupted() {
  local demo_process began
  checkout root
  remember
  runs_in_dpkg INT
  began=$SECONDS
  in_root kill -INT "$demo_process"
  while in_root kill -0 "$demo_process" 2>/dev/null; do sleep 0.05; done
  ((SECONDS - began < 10)) || fails_with "it ends after $((SECONDS - began)) s"
  cat "$root/var/tmp/said"
  [[ ! -e $root/usr/sbin/policy-rc.d ]] || fails_with 'policy-rc.d is left'
  until ! in_root pgrep -x apt-get >/dev/null; do sleep 0.05; done
  works root

  in_root apt-get remove -y -q gcc libssl-dev
  runs_in_dpkg KILL
  in_root pkill -KILL -x 'apt-get|dpkg|dpkg-deb'
  in_root kill -KILL "$demo_process" || true
  until ! in_root pgrep -x 'apt-get|dpkg' >/dev/null; do sleep 0.05; done
  works root
  # its stand-in programs are in a directory that the killed run could not remove
  rm -rf "$root"/tmp/hcjwt-apt.*
  untouched
}

# state npm: behind a proxy that shows certificates of its own for npm's registry
state_npm() {
  local said=$root/var/tmp/said shop
  install nodejs npm openssl
  checkout dev
  in_root sh -c 'cd /srv && openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=inspector" \
    -addext "subjectAltName=DNS:localhost" -keyout key.pem -out ca.pem 2>/dev/null && chmod 644 ca.pem'
  # answers by what the registry answers, under its own certificate
  cat >"$root/srv/inspector.mjs" <<'END'
import { readFileSync } from "node:fs";
import https from "node:https";
const upstream = process.argv[2].replace(/\/$/, "");
const own = "https://localhost:" + process.argv[3];
https.createServer({ key: readFileSync("/srv/key.pem"), cert: readFileSync("/srv/ca.pem") },
  async (request, response) => {
    try {
      const answer = await fetch(upstream + request.url, { headers: { accept: request.headers.accept ?? "*/*" } });
      const body = Buffer.from(await answer.arrayBuffer());
      const type = answer.headers.get("content-type") ?? "application/octet-stream";
      response.writeHead(answer.status, { "content-type": type });
      response.end(type.includes("json") ? body.toString().replaceAll(upstream, own) : body);
    } catch (error) {
      response.writeHead(502).end(String(error));
    }
  }).listen(process.argv[3], "127.0.0.1");
END
  # as this machine's npm trusts it
  cat "${NODE_EXTRA_CA_CERTS:-/dev/null}" >"$root/srv/upstream.pem"
  in_root env NODE_EXTRA_CA_CERTS=/srv/upstream.pem node /srv/inspector.mjs "$(npm_registry)" 18443 &
  printf 'registry=https://localhost:18443/\n' >"$root/home/dev/.npmrc"
  remember
  # an unknown authority, which npm is to name before anything is built
  ! as dev hcjwt/examples/storefront/start >"$said" 2>&1 || fails_with 'it works without the CA'
  cat "$said"
  grep -i 'certificate' "$said"
  ! grep 'builds hcjwt' "$said" || fails_with 'minutes were spent before npm was asked'
  printf 'cafile=/srv/ca.pem\n' >>"$root/home/dev/.npmrc"
  as dev hcjwt/examples/storefront/start >"$said" 2>&1 &
  until grep -q 'Ctrl-C ends everything' "$said"; do
    kill -0 $! 2>/dev/null || { cat "$said" && fails_with 'the storefront does not start'; }
    sleep 0.1
  done
  shop=$(in_root pgrep -o -f 'bash hcjwt/examples/storefront/start')
  in_root kill -TERM "$shop"
  wait $! || true
  cat "$said"
  untouched
}

# The registry that this machine's npm asks.
npm_registry() {
  command -v npm >/dev/null || die 'the state "npm" needs npm on this machine, too'
  npm config get registry
}
