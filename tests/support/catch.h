// Catch2 v2 (Debian 12) or v3, for tests without LibTorch; the others include catch_torch.h instead.
#pragma once

#ifdef CMGEMS_CATCH2_V3
// with the names of v2
#include "support/catch_v3.h"
#define CMGEMS_SKIP(reason) SKIP("skipped: " << (reason))
#else
#include <catch2/catch.hpp>
#include <iostream>
#define CMGEMS_SKIP(reason)                            \
  do {                                                 \
    std::cout << "skipped: " << (reason) << std::endl; \
    return;                                            \
  } while (false)
#endif

#include "support/paths.h"
