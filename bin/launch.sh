# Read by the executables beside it, with $self their path behind all links: becomes the Node of our dependencies, which runs the
# TypeScript sources. Nothing of this stays, so that signals and exit codes are Peapod's own.
program=${self##*/}
root=${self%/*/*}

find_node() {
  for node in "$root/node_modules/.bin/node" "$root"/node_modules/node-linux-*/bin/node; do
    [ ! -x "$node" ] || return 0
  done
  # Ours is missing: another that runs TypeScript may do.
  node=$(command -v node) && [ "$("$node" --print 'parseInt(process.versions.node, 10) >= 24')" = true ]
}

if ! find_node; then
  echo "Error: Cannot run $program: there is no Node for it in $root/node_modules" >&2
  echo "Try:   npm ci --prefix $root" >&2
  exit 1
fi

export PEAPOD_PROGRAM="$program"
# Compiled sources are kept beside our dependencies, not in a folder that others may write to.
export NODE_COMPILE_CACHE="${NODE_COMPILE_CACHE-$root/node_modules/.cache/node}"

command=${1-}
[ "$command" != help ] || command=${2-}
case $program:$command in
  peapod:up | peapod:down | peapod:image | peapod:guest-image | peapod:node | peapod:domain | peapod:ipam) ;;
  *) exec "$node" "$root/packages/cli/src/main.ts" "$@" ;; # speaks to the API
esac

# Commands that touch the machine.
[ "$1" != help ] || set -- "$2" --help
# Our threads allocate little: arenas of their own would only lie about. What is freed goes back to the machine.
export MALLOC_ARENA_MAX="${MALLOC_ARENA_MAX-2}"
export MALLOC_TRIM_THRESHOLD_="${MALLOC_TRIM_THRESHOLD_-65536}"
export MALLOC_MMAP_THRESHOLD_="${MALLOC_MMAP_THRESHOLD_-8192}"
# What runs for months should stay small: V8 keeps three times the first, in MiB, of short-lived objects before it looks what may go;
# of its two optimizing compilers one, the better, is enough; the last lets Peapod ask for a collection once it has started
# (packages/platform/src/supervise/start-up-memory.ts).
exec "$node" --max-semi-space-size=1 --no-maglev --expose-gc "$root/packages/platform/src/bin/peapod.ts" "$@"
