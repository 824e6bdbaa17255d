# shellcheck shell=bash
# Finds a PostgreSQL to build for.
#
# Needs common.sh.
# shellcheck disable=SC2154

# A PostgreSQL counts when all that we need of it is there: the server and its
# headers, of one version.  Packages of clients bring a pg_config too.

oldest_version=15

# pg_says PG_CONFIG OPTION: a stranger's program of that name may do anything
pg_says() { timeout 10 "$1" "$2" 2>/dev/null </dev/null; }

# postgres_problem PG_CONFIG: why that one will not do, or nothing
postgres_problem() {
  local version major include bin header
  if ! version=$(pg_says "$1" --version) || [[ $version != 'PostgreSQL '[1-9]* ]]; then
    printf 'it does not run, or is no pg_config'
    return
  fi
  major=${version#PostgreSQL }
  major=${major%%[!0-9]*}
  include=$(pg_says "$1" --includedir-server)
  bin=$(pg_says "$1" --bindir)
  header=$(sed -n 's/^#define PG_MAJORVERSION "\(.*\)"/\1/p' "$include"/pg_config*.h 2>/dev/null |
    head -n 1)
  if ((major < oldest_version)); then
    printf 'it is of PostgreSQL %s, and hcjwt needs %s or later' "$major" "$oldest_version"
  elif [[ ! -x $bin/postgres || ! -x $bin/initdb ]]; then
    printf 'the server is missing: %s/postgres' "$bin"
  elif [[ ! -e $include/postgres.h || -z $header ]]; then
    printf "the server's headers are missing: %s/postgres.h" "$include"
  elif [[ $header != "$major" ]]; then
    printf "the server's headers in %s are of PostgreSQL %s, not %s" "$include" "$header" "$major"
  elif [[ ! -e $(pg_says "$1" --pgxs) ]]; then
    printf 'the makefiles for extensions are missing: %s' "$(pg_says "$1" --pgxs)"
  elif ! timeout 10 "$bin/postgres" --version </dev/null 2>/dev/null |
    grep -q "^postgres (PostgreSQL) $major"; then
    printf 'the server in %s does not run, or is not of version %s' "$bin" "$major"
  fi
}

# Prints the pg_config programs of this system, those of PATH first, then the newest
# versions': where Debian, PostgreSQL's own packages, Alpine and Homebrew put them.
pg_configs() {
  local path
  command -v pg_config || true
  # Fedora's and RHEL's, beside a pg_config that is libpq's
  command -v pg_server_config || true
  for path in /usr/lib/postgresql/*/bin /usr/pgsql-*/bin /usr/libexec/postgresql*[0-9] \
    /usr/local/pgsql/bin {/opt/homebrew,/usr/local,/home/linuxbrew/.linuxbrew}/opt/postgresql*/bin; do
    [[ ! -x $path/pg_config ]] || printf '%s\n' "$path/pg_config"
  done | sort -rV
}

# Sets pg_config: to $PG_CONFIG, or to the first of pg_configs without a problem.
find_pg_config() {
  local candidate problem
  if [[ -n ${PG_CONFIG-} ]]; then
    pg_config=$(command -v "$PG_CONFIG") || die "PG_CONFIG=$PG_CONFIG: there is no such command"
    [[ $pg_config == /* ]] || pg_config=$PWD/$pg_config
    [[ -z $(postgres_problem "$pg_config") ]]
    return
  fi
  while read -r candidate; do
    problem=$(postgres_problem "$candidate")
    if [[ -z $problem ]]; then
      pg_config=$candidate
      return
    fi
  done < <(pg_configs)
  pg_config=
  return 1
}

# Ends the script: says what was found, and why each of it cannot be used.
die_without_postgres() {
  local candidate
  if [[ -n ${PG_CONFIG-} ]]; then
    die "PG_CONFIG=$PG_CONFIG: $(postgres_problem "$pg_config")"
  fi
  {
    printf '%s: found no PostgreSQL to build for; set PG_CONFIG to its pg_config\n' "$me"
    while read -r candidate; do
      printf '  %s: %s\n' "$candidate" "$(postgres_problem "$candidate")"
    done < <(pg_configs)
  } >&2
  exit 1
}
