#!/usr/bin/env bash
# clang-tidy on all C++ of the project, with the compile commands of the two CMake builds
# (`npx cmake-js build -O build/cmake`, `npm run test:native`). It needs version 19.
set -euo pipefail
cd "$(dirname "$0")/../.."
for build in build/cmake build/native-test; do
  [ -e "$build/compile_commands.json" ] || { echo "$build is not built" >&2; exit 1; }
done
sources() {
  node -e 'const s = require("./native/sources.json"); console.log(process.argv.slice(1).flatMap((k) => s[k]).join("\n"))' "$@"
}
# gcc's flags that clang does not know are no findings.
tidy() {
  xargs -P 2 -n 4 clang-tidy-19 -quiet -p "$1" --extra-arg=-Wno-unknown-warning-option \
    --extra-arg=-Wno-ignored-optimization-argument
}
sources addon helper | sort -u | tidy build/cmake
sources native_tests | tidy build/native-test
