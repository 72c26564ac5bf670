#!/usr/bin/env bash
# clang-format on all C and C++ of the project; arguments are passed on. It needs version 19 (Debian: clang-format-19).
set -euo pipefail
cd "$(dirname "$0")/../.."
find native test \( -name '*.cc' -o -name '*.h' -o -name '*.c' \) -print0 | xargs -0 clang-format-19 "$@"
