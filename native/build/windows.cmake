# Windows, with MSVC through cmake-js, or with mingw or zig through a toolchain file: the addon, the C++ tests, and the
# addon whose Windows pretends to restrict (for tests, never packaged).
add_compile_definitions(
  UNICODE _UNICODE NOMINMAX WIN32_LEAN_AND_MEAN
  # Windows 10 1809, the first with pseudoconsoles.
  _WIN32_WINNT=0x0a00 WINVER=0x0a00 NTDDI_VERSION=0x0A000006)

# The expression keeps generators from adding a folder of their own.
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}$<0:>")

if(MSVC)
  # Functions of the C library are no worse than elsewhere.
  add_compile_definitions(_CRT_SECURE_NO_WARNINGS)
  set(CMAKE_MSVC_RUNTIME_LIBRARY "MultiThreaded$<$<CONFIG:Debug>:Debug>")
  add_compile_options(/EHsc /guard:cf /Gy)
  add_link_options(/guard:cf /DYNAMICBASE /HIGHENTROPYVA /NXCOMPAT /OPT:REF)
  if(NOT NODE_ARCH STREQUAL "arm64")
    add_link_options(/CETCOMPAT)
  endif()
else()
  add_compile_options(-ffunction-sections -fdata-sections -fstack-protector-strong)
  add_link_options(-static -fstack-protector-strong -Wl,--gc-sections)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # zig's linker has these three always on, and takes no flags for them.
    add_link_options(-static-libgcc -static-libstdc++ -Wl,--dynamicbase,--nxcompat,--high-entropy-va)
  endif()
endif()

# The code that addon and tests share is compiled once.
read_sources(shared_sources core win windows_api)
add_library(ringfence_windows STATIC ${shared_sources})
set(system_libraries advapi32 bcrypt userenv user32 ole32)

# That of cmake-js, or of the toolchain file.
if(DEFINED NODE_ARCH)
  set(node_arch ${NODE_ARCH})
elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "ARM64")
  set(node_arch arm64)
else()
  set(node_arch x64)
endif()

# add_windows_addon(NAME DIRECTORY FILE...): Node-API is imported from the host program, whatever that is called.
function(add_windows_addon name directory)
  add_addon(${name} ${ARGN})
  # As node-gyp-build looks for it below NAME/.
  set_target_properties(${name} PROPERTIES
    OUTPUT_NAME ringfence
    LIBRARY_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/${directory}/prebuilds/win32-${node_arch}$<0:>")
  target_link_libraries(${name} PRIVATE ringfence_windows ${system_libraries})
  if(MSVC)
    target_sources(${name} PRIVATE ${CMAKE_JS_SRC})
    target_link_libraries(${name} PRIVATE ${CMAKE_JS_LIB} delayimp)
    target_link_options(${name} PRIVATE /DELAYLOAD:node.exe)
  else()
    read_sources(import_sources node_imports)
    target_sources(${name} PRIVATE ${import_sources} "${symbols_header}")
    target_include_directories(${name} PRIVATE "${CMAKE_CURRENT_BINARY_DIR}")
    # Declares Node-API as imported; without it the linker calls the pointers as if they were code.
    target_compile_definitions(${name} PRIVATE BUILDING_NODE_EXTENSION)
  endif()
endfunction()

if(MSVC)
  execute_process(
    COMMAND "${CMAKE_AR}" "/def:${CMAKE_JS_NODELIB_DEF}" "/out:${CMAKE_JS_NODELIB_TARGET}" ${CMAKE_STATIC_LINKER_FLAGS}
    COMMAND_ERROR_IS_FATAL ANY)
else()
  set(symbols_header "${CMAKE_CURRENT_BINARY_DIR}/node_api_symbols.h")
  set(symbols_script "${CMAKE_SOURCE_DIR}/native/build/node-api-symbols.mjs")
  add_custom_command(OUTPUT "${symbols_header}"
    COMMAND node "${symbols_script}" "${symbols_header}"
    WORKING_DIRECTORY "${CMAKE_SOURCE_DIR}"
    DEPENDS "${symbols_script}" "${CMAKE_SOURCE_DIR}/package-lock.json")
endif()

read_sources(addon_sources addon_windows)
read_sources(addon_entry addon_windows_entry)
add_windows_addon(ringfence product ${addon_sources} ${addon_entry})

read_sources(pretend_sources pretend)
if(pretend_sources)
  # With an entry of its own, which gives it other calls of Windows.
  add_windows_addon(ringfence_pretend pretend ${addon_sources} ${pretend_sources})
  target_include_directories(ringfence_pretend PRIVATE test/native)
endif()

# The models of Windows that the programs below share.
read_sources(model_sources models)
add_library(ringfence_models STATIC ${model_sources})
target_include_directories(ringfence_models PUBLIC test/native)
target_link_libraries(ringfence_models PUBLIC ringfence_windows ${system_libraries})

read_sources(test_sources win_tests windows_tests)
add_executable(ringfence_win_tests ${test_sources})
target_link_libraries(ringfence_win_tests PRIVATE ringfence_models)

# What they launch; it lies beside them.
read_sources(command_sources windows_command)
add_executable(ringfence_win_command ${command_sources})
target_link_libraries(ringfence_win_command PRIVATE advapi32 shell32)
add_dependencies(ringfence_win_tests ringfence_win_command)

# Compares the access-check model with the system's own answers.
read_sources(fuzz_sources access_check_fuzz)
add_executable(ringfence_access_check_fuzz ${fuzz_sources})
target_link_libraries(ringfence_access_check_fuzz PRIVATE ringfence_models)

# Writes fences of the models as JSON.
read_sources(vectors_sources vectors)
add_executable(ringfence_vectors ${vectors_sources})
target_link_libraries(ringfence_vectors PRIVATE ringfence_models)

# Tries them on real files.
read_sources(replay_sources replay)
add_executable(ringfence_replay ${replay_sources})
target_link_libraries(ringfence_replay PRIVATE ringfence_models)
