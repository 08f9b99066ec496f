# cmgems_add_test(NAME LABEL label SOURCES ... LIBRARIES ...): one Catch2 program, its cases registered with CTest.
# A case that cannot run here prints "skipped: reason"; CTest then says Skipped, with Catch2 v2 and v3 alike.
find_package(Catch2 REQUIRED)
list(APPEND CMAKE_MODULE_PATH "${Catch2_DIR}" "${Catch2_DIR}/../../../share/Catch2")
include(Catch)

add_library(cmgems_test_paths STATIC "${PROJECT_SOURCE_DIR}/tests/support/paths.cpp")
target_include_directories(cmgems_test_paths PRIVATE "${PROJECT_SOURCE_DIR}/tests")
target_compile_definitions(cmgems_test_paths PRIVATE CMGEMS_SOURCE_DIR="${PROJECT_SOURCE_DIR}")

add_library(cmgems_test_support INTERFACE)
target_link_libraries(cmgems_test_support INTERFACE cmgems_test_paths)
target_include_directories(cmgems_test_support INTERFACE "${PROJECT_SOURCE_DIR}/tests")
target_sources(cmgems_test_support INTERFACE ${CMGEMS_SANITIZER_SOURCES})
if(Catch2_VERSION VERSION_GREATER_EQUAL 3)  # late 2.x has the target Catch2WithMain too, but not its headers
  target_link_libraries(cmgems_test_support INTERFACE Catch2::Catch2WithMain)
  target_compile_definitions(cmgems_test_support INTERFACE CMGEMS_CATCH2_V3)
else()
  add_library(cmgems_test_main STATIC "${PROJECT_SOURCE_DIR}/tests/support/catch2_main.cpp")
  target_link_libraries(cmgems_test_main PUBLIC Catch2::Catch2)
  target_link_libraries(cmgems_test_support INTERFACE cmgems_test_main)
endif()

function(cmgems_add_test name)
  cmake_parse_arguments(arg "" "LABEL" "SOURCES;LIBRARIES" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE cmgems_test_support cmgems_warnings ${arg_LIBRARIES})
  # not "step 3 skipped: ...", which the trainer says
  set(properties LABELS "${arg_LABEL}" SKIP_REGULAR_EXPRESSION "(^|[^ ]|[^0-9] )skipped: " TIMEOUT 1200)
  if(NOT arg_LABEL STREQUAL "cli")  # OpenMP's threads would spin while they wait; the program sets its own count
    list(APPEND properties ENVIRONMENT "GOMP_SPINCOUNT=2000")
  endif()
  catch_discover_tests(${name} TEST_PREFIX "${name}: " PROPERTIES ${properties})
endfunction()
