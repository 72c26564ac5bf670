# Toolchain file: builds for win32-arm64 with the clang, libc++ and mingw headers of zig, for which RINGFENCE_ZIG is the
# path of the executable. It shows that the sources compile and link for that architecture.
set(CMAKE_SYSTEM_NAME Windows)
set(CMAKE_SYSTEM_VERSION 10.0)
set(CMAKE_SYSTEM_PROCESSOR ARM64)
if(NOT DEFINED ENV{RINGFENCE_ZIG})
  message(FATAL_ERROR "RINGFENCE_ZIG is not set")
endif()
set(CMAKE_CXX_COMPILER "$ENV{RINGFENCE_ZIG}" c++ -target aarch64-windows-gnu)
# CMake wants an archiver that is one word.
set(CMAKE_CXX_ARCHIVE_CREATE "\"$ENV{RINGFENCE_ZIG}\" ar qc <TARGET> <OBJECTS>")
set(CMAKE_CXX_ARCHIVE_APPEND "\"$ENV{RINGFENCE_ZIG}\" ar q <TARGET> <OBJECTS>")
set(CMAKE_CXX_ARCHIVE_FINISH "")

# Nothing of this build is run or published: it shows that everything compiles and links.
set(CMAKE_CXX_FLAGS_RELEASE "-O1 -DNDEBUG" CACHE STRING "")
