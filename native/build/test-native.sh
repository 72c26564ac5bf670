#!/usr/bin/env bash
# Builds the C++ tests with AddressSanitizer and UndefinedBehaviorSanitizer and runs them.
set -euo pipefail
cd "$(dirname "$0")/../.."
cmake -S . -B build/native-test -DRINGFENCE_TESTS=ON -DCMAKE_BUILD_TYPE=Debug >/dev/null
cmake --build build/native-test --parallel 2 --target ringfence_tests
build/native-test/ringfence_tests
