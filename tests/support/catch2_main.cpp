// Catch2 v2 has its main in a header; v3 links one.
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
