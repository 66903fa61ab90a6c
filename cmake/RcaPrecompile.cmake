# RCA_PRECOMPILE: one precompiled header of the heavy standard and test headers, shared by every target. The sanitizer
# builds compile everything again; this takes a third off their time. The release build stays without, so that a missing
# #include is noticed and clang-tidy reads what people wrote.
include_guard()

function(rca_targets_below directory result)
  get_property(found DIRECTORY ${directory} PROPERTY BUILDSYSTEM_TARGETS)
  get_property(children DIRECTORY ${directory} PROPERTY SUBDIRECTORIES)
  foreach(child ${children})
    rca_targets_below(${child} more)
    list(APPEND found ${more})
  endforeach()
  set(${result} ${found} PARENT_SCOPE)
endfunction()

# To be called when every target is there.
function(rca_precompile_headers)
  rca_targets_below(${PROJECT_SOURCE_DIR} targets)
  set(headers <algorithm> <array> <atomic> <charconv> <chrono> <cmath> <condition_variable> <cstdint> <deque>
    <filesystem> <fstream> <functional> <iostream> <map> <memory> <mutex> <optional> <random> <set> <span> <sstream>
    <stop_token> <string> <string_view> <thread> <unordered_map> <utility> <variant> <vector> <nlohmann/json.hpp>)
  if(RCA_BUILD_TESTS)
    list(APPEND headers <gtest/gtest.h> <gmock/gmock.h>)
  endif()
  file(WRITE ${PROJECT_BINARY_DIR}/precompiled.cc "// Carries the precompiled header.\n")
  add_library(rca_precompiled STATIC ${PROJECT_BINARY_DIR}/precompiled.cc)
  target_link_libraries(rca_precompiled PRIVATE rca::options)
  target_precompile_headers(rca_precompiled PRIVATE ${headers})
  foreach(target ${targets} rca_precompiled)
    get_target_property(type ${target} TYPE)
    if(type MATCHES "^(EXECUTABLE|STATIC_LIBRARY|OBJECT_LIBRARY)$")
      # Alike to share it: the compiler's default, not -fPIC here and -fPIE there; what GoogleTest's target defines, everywhere.
      set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE OFF)
      target_compile_definitions(${target} PRIVATE GTEST_HAS_PTHREAD=1)
      if(NOT target STREQUAL rca_precompiled)
        target_precompile_headers(${target} REUSE_FROM rca_precompiled)
      endif()
    endif()
  endforeach()
endfunction()
