# add_addon(NAME FILE...): an addon of Node-API, without what differs between systems.
function(add_addon name)
  execute_process(
    COMMAND node -p "require('node-addon-api').include_dir + ';' + require('node-api-headers').include_dir"
    WORKING_DIRECTORY "${CMAKE_SOURCE_DIR}"
    OUTPUT_VARIABLE includes OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
  set(absolute "")
  foreach(include IN LISTS includes)
    get_filename_component(path "${include}" ABSOLUTE BASE_DIR "${CMAKE_SOURCE_DIR}")
    list(APPEND absolute "${path}")
  endforeach()

  add_library(${name} MODULE ${ARGN})
  set_target_properties(${name} PROPERTIES PREFIX "" SUFFIX ".node" CXX_VISIBILITY_PRESET hidden)
  target_include_directories(${name} SYSTEM PRIVATE ${absolute})
  target_compile_definitions(${name} PRIVATE
    NAPI_VERSION=9 NAPI_CPP_EXCEPTIONS NODE_ADDON_API_DISABLE_DEPRECATED
    # A worker that is terminated inside of a call: there is no JS left to throw to.
    NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS)
endfunction()
