# Linux: the launcher and the addon, which looks for it beside itself.
set(helper_flags_file "${CMAKE_SOURCE_DIR}/native/build/helper-flags.json")
read_sources(helper_sources helper)
read_json_list(helper_compile_flags "${helper_flags_file}" compile)
read_json_list(helper_link_flags "${helper_flags_file}" link)
add_executable(ringfence-helper ${helper_sources})
target_compile_definitions(ringfence-helper PRIVATE RINGFENCE_FREESTANDING=1)
target_compile_options(ringfence-helper PRIVATE ${helper_compile_flags})
target_link_options(ringfence-helper PRIVATE ${helper_link_flags})
set_target_properties(ringfence-helper PROPERTIES
  RUNTIME_OUTPUT_DIRECTORY "${CMAKE_LIBRARY_OUTPUT_DIRECTORY}")

read_sources(addon_sources addon)
add_addon(ringfence ${addon_sources})
target_compile_options(ringfence PRIVATE
  -ffunction-sections -fdata-sections
  -fstack-protector-strong -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
target_link_options(ringfence PRIVATE
  -static-libstdc++ -static-libgcc -Wl,--gc-sections -Wl,-z,relro,-z,now
  "-Wl,--version-script=${CMAKE_SOURCE_DIR}/native/build/exports.map")
target_link_libraries(ringfence PRIVATE ${CMAKE_JS_LIB})
add_dependencies(ringfence ringfence-helper)
