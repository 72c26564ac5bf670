# shellcheck shell=bash
# Sourced: packages of the npm registry that are tools here, not dependencies: a compiler, Windows' node.exe. They lie in one
# cache directory, outside of the checkout, with everything else that is made once.

ringfence_cache=${RINGFENCE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/ringfence}

# fetch_package NAME VERSION: unpacks it into the cache, unless it is there
fetch_package() {
  local directory="$ringfence_cache/${1##*/}-$2" partial
  [ -e "$directory" ] && return
  mkdir -p "$ringfence_cache"
  partial=$(mktemp -d "$directory.XXXXXX") || return 1
  (cd "$partial" && npm pack --silent "$1@$2" >/dev/null && tar -xzf ./*.tgz --strip-components=1 && rm ./*.tgz) || return 1
  # Another run may have been faster: then its directory stays, and ours goes.
  mv --no-target-directory "$partial" "$directory" 2>/dev/null || rm -rf "$partial"
}
