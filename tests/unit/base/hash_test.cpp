#include "cmgems/base/hash.h"

#include "support/catch.h"

TEST_CASE("sha256 gives the published vectors (FIPS 180-4 examples)", "[base]") {
  CHECK(cmgems::sha256("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(cmgems::sha256("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST_CASE("hash64 separates contents of equal length", "[base]") {
  CHECK(cmgems::hash64("abcd", 4) == cmgems::hash64("abcd", 4));
  CHECK(cmgems::hash64("abcd", 4) != cmgems::hash64("abce", 4));
}
