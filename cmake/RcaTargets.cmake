# How the targets of this project are compiled: one place for warnings and sanitizers.
include_guard()

add_library(rca_options INTERFACE)
add_library(rca::options ALIAS rca_options)
target_compile_options(rca_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Wold-style-cast -Wcast-align
  -Woverloaded-virtual -Wconversion -Wsign-conversion -Wformat=2 -Wimplicit-fallthrough)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 reports false positives of these in optimised standard-library code (GCC bugs 105329, 105593).
  target_compile_options(rca_options INTERFACE -Wno-restrict -Wno-maybe-uninitialized)
endif()
if(RCA_WERROR)
  target_compile_options(rca_options INTERFACE -Werror)
endif()
if(RCA_SANITIZE)
  # For every target, third-party templates included: mixing instrumented and plain code gives false reports.
  add_compile_options(-fsanitize=${RCA_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${RCA_SANITIZE})
endif()
if(RCA_BUILD_FUZZERS)
  if(NOT CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    message(FATAL_ERROR "RCA_BUILD_FUZZERS needs clang; use the preset 'asan+ubsan'")
  endif()
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
target_include_directories(rca_options INTERFACE ${PROJECT_SOURCE_DIR})
# Protobuf brings -pthread along; a shared precompiled header needs it everywhere or nowhere.
target_compile_options(rca_options INTERFACE -pthread)
target_link_libraries(rca_options INTERFACE Threads::Threads)

# rca_add_test(NAME SOURCES... LIBS...): one GoogleTest program, registered with CTest as NAME.
function(rca_add_test name)
  cmake_parse_arguments(arg "" "TIMEOUT" "SOURCES;LIBS;LABELS" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE rca::options ${arg_LIBS} GTest::gmock GTest::gtest_main)
  add_test(NAME ${name} COMMAND ${name})
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 900)  # ThreadSanitizer needs ten times as long, on a busy machine more
  endif()
  set_tests_properties(${name} PROPERTIES
    TIMEOUT ${arg_TIMEOUT} LABELS "${arg_LABELS}"
    ENVIRONMENT "RCA_SOURCE_DIR=${PROJECT_SOURCE_DIR};RCA_BIN_DIR=${CMAKE_RUNTIME_OUTPUT_DIRECTORY}")
endfunction()

# rca_add_fuzzer(NAME SOURCES... LIBS...): one libFuzzer program; its corpus lies in tests/fuzz/corpus/NAME.
function(rca_add_fuzzer name)
  cmake_parse_arguments(arg "" "" "SOURCES;LIBS" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE rca::options ${arg_LIBS})
  target_link_options(${name} PRIVATE -fsanitize=fuzzer)
  if(NOT TARGET fuzzers)
    add_custom_target(fuzzers)  # all of them, and nothing else
  endif()
  add_dependencies(fuzzers ${name})
endfunction()
