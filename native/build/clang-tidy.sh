#!/usr/bin/env bash
# clang-tidy on all C++ of the project, with the compile commands of the three CMake builds
# (`npx cmake-js build --out build/cmake`, `npm run test:native`, `bash native/build/build-windows.sh`). It needs version 19.
set -euo pipefail
cd "$(dirname "$0")/../.."

# sources LIST...: the files of these lists of native/sources.json
sources() {
  for list in "$@"; do node native/build/lists.mjs native/sources.json "$list"; done | sort -u
}

# tidy BUILD ARG...: checks the files named on standard input as BUILD compiles them
tidy() {
  local database="build/clang-tidy/$1"
  mkdir -p "$database"
  # gcc's own flags are errors to clang.
  sed -E 's/ -(fno-tree-loop-distribute-patterns|Wno-restrict)//g' "build/$1/compile_commands.json" >"$database/compile_commands.json"
  xargs -P 2 -n 2 clang-tidy-19 -quiet -p "$database" "${@:2}"
}

# mingw_arguments: clang finds mingw's C library by itself, and gcc's C++ library not; of gcc's own headers it has others.
mingw_arguments() {
  local directory
  echo --extra-arg-before=--target=x86_64-w64-mingw32
  x86_64-w64-mingw32-g++-posix -x c++ -E -v /dev/null 2>&1 | sed -n '/^#include </,/^End of/s/^ //p' |
    while read -r directory; do
      [[ $directory =~ /lib/gcc/[^/]*/[^/]*/include(-fixed)?$ ]] || echo "--extra-arg=-isystem$directory"
    done
}

# As the first of its builds compiles it: what is Linux' and the tests', then what only Windows has.
linux=(addon helper)
tests=(native_tests win_tests models win)
windows=(windows_api windows_tests windows_command access_check_fuzz vectors replay addon_windows addon_windows_entry node_imports pretend)

status=0
sources "${linux[@]}" | tidy cmake || status=1
sources "${tests[@]}" | tidy native-test || status=1
mapfile -t mingw < <(mingw_arguments)
comm -23 <(sources "${windows[@]}") <(sources "${linux[@]}" "${tests[@]}") | tidy win32-x64 "${mingw[@]}" || status=1
exit "$status"
