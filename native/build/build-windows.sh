#!/usr/bin/env bash
# Builds addon and C++ tests for Windows into build/win32-ARCH: `x64` (default) with Debian's mingw, `arm64` with zig.
set -euo pipefail
cd "$(dirname "$0")/../.."
arch=${1:-x64}
case $arch in
  x64) toolchain=mingw-w64-x86_64 ;;
  arm64) toolchain=zig-windows-arm64 ;;
  *) echo "unknown architecture: $arch" >&2; exit 2 ;;
esac
cmake -S . -B "build/win32-$arch" --no-warn-unused-cli --toolchain "native/build/$toolchain.cmake" >/dev/null
cmake --build "build/win32-$arch" --parallel 2
