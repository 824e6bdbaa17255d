# shellcheck shell=bash
# Says what to install on systems without apt.
#
# Needs common.sh and postgres.sh.
# shellcheck disable=SC2154

# What we need, in Debian's names, those of Fedora and RHEL, Alpine, Arch, Homebrew.
elsewhere_names() {
  cat <<'END'
cc           gcc                      gcc                        gcc,musl-dev      gcc              gcc
make         make                     make                       make              make             make
pkg-config   pkg-config               pkgconf-pkg-config         pkgconf           pkgconf          pkgconf
libcrypto    libssl-dev               openssl-devel              openssl-dev       openssl          openssl@3
libcurl      libcurl4-openssl-dev     libcurl-devel              curl-dev          curl             curl
libmicrohttpd libmicrohttpd-dev       libmicrohttpd-devel        libmicrohttpd-dev libmicrohttpd    libmicrohttpd
jansson      libjansson-dev           jansson-devel              jansson-dev       jansson          jansson
PostgreSQL   postgresql,postgresql-server-dev-all postgresql-server,postgresql-server-devel postgresql,postgresql-dev postgresql postgresql@17
tar          tar                      tar                        tar               tar              gnu-tar
setpriv      util-linux               util-linux                 util-linux,util-linux-misc,runuser,setpriv util-linux -
curl         curl                     curl                       curl              curl             curl
clang        clang                    clang,compiler-rt          clang,compiler-rt clang,compiler-rt llvm
perl         perl                     perl                       perl              perl             perl
IPC::Run     libipc-run-perl          perl-IPC-Run               perl-ipc-run      perl-ipc-run     -
pgbouncer    pgbouncer                pgbouncer                  pgbouncer         pgbouncer        pgbouncer
chromium     chromium                 chromium                   chromium          chromium         -
node         nodejs,npm               nodejs,npm                 nodejs,npm        nodejs,npm       node
clang-tidy   clang-tidy               clang-tools-extra          clang-extra-tools clang            llvm
shellcheck   shellcheck               ShellCheck                 shellcheck        shellcheck       shellcheck
cppcheck     cppcheck                 cppcheck                   cppcheck          cppcheck         cppcheck
valgrind     valgrind                 valgrind                   valgrind          valgrind         -
git          git                      git                        git               git              git
END
}

# elsewhere_has THING: is it here, from any package?
elsewhere_has() {
  case $1 in
    PostgreSQL) [[ -n $pg_config && -z $(postgres_problem "$pg_config") ]] ;;
    libcrypto) pkg-config --exists 'libcrypto >= 3.0' 2>/dev/null ;;
    libcurl) command -v curl-config >/dev/null ;;
    libmicrohttpd | jansson) pkg-config --exists "$1" 2>/dev/null ;;
    tar) tar --version 2>/dev/null | grep -q 'GNU tar' ;;
    setpriv) [[ $(uname) != Linux ]] || { command -v setpriv && command -v runuser; } >/dev/null ;;
    IPC::Run) perl -MIPC::Run -e 1 2>/dev/null ;;
    *) command -v "$1" >/dev/null ;;
  esac
}

# elsewhere_need THING...: ends the script where one is missing
elsewhere_need() {
  local thing debian fedora alpine arch brew
  local -a things=() d=() f=() al=() ar=() b=()
  while read -r thing debian fedora alpine arch brew; do
    [[ " $* " == *" $thing "* ]] && ! elsewhere_has "$thing" || continue
    things+=("$thing") d+=("$debian") f+=("$fedora") al+=("$alpine") ar+=("$arch") b+=("$brew")
  done < <(elsewhere_names)
  ((${#things[@]} > 0)) || return 0
  # "-": it is part of the system there, or there is no package
  words() { printf '%s\n' "$*" | tr ', ' '\n\n' | grep -vx -- - | awk '!seen[$0]++' | paste -sd ' '; }
  cat >&2 <<END
$me: not found here: ${things[*]}
  without apt-get, installing them is up to you; where PostgreSQL is elsewhere, set PG_CONFIG
  Debian, Ubuntu:  apt-get install $(words "${d[@]}")
  Fedora, RHEL:    dnf install $(words "${f[@]}")
  Alpine:          apk add $(words "${al[@]}")
  Arch:            pacman -S $(words "${ar[@]}")
  Homebrew:        brew install $(words "${b[@]}")
END
  if [[ -n ${PG_CONFIG-} && " ${things[*]} " == *' PostgreSQL '* ]]; then die_without_postgres; fi
  exit 1
}

# need_elsewhere PACKAGE...: as need, of packages in Debian's names
need_elsewhere() {
  local package thing debian _
  local -a wanted=(cc make pkg-config libcrypto libcurl libmicrohttpd jansson PostgreSQL tar setpriv)
  for package in "$@"; do
    while read -r thing debian _; do
      [[ ,$debian, != *",$package,"* ]] || wanted+=("$thing")
    done < <(elsewhere_names)
  done
  elsewhere_need "${wanted[@]}"
}
