#!/usr/bin/env bash
# clang-tidy on all C++ of the project, with the compile commands of the two CMake builds
# (`npx cmake-js build --out build/cmake`, `npm run test:native`). It needs version 19.
set -euo pipefail
cd "$(dirname "$0")/../.."

# sources LIST...: the files of these lists of native/sources.json
sources() {
  for list in "$@"; do node native/build/lists.mjs native/sources.json "$list"; done | sort -u
}

# tidy BUILD: checks the files named on standard input as BUILD compiles them
tidy() {
  local database="build/clang-tidy/$1"
  mkdir -p "$database"
  # gcc's own flags are errors to clang.
  sed -E 's/ -(fno-tree-loop-distribute-patterns|Wno-restrict)//g' "build/$1/compile_commands.json" >"$database/compile_commands.json"
  xargs -P 2 -n 2 clang-tidy-19 -quiet -p "$database"
}

status=0
sources addon helper | tidy cmake || status=1
sources native_tests win_tests win | tidy native-test || status=1
exit "$status"
