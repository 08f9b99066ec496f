#include <dlfcn.h>

#include "nn/cuda/load.h"
#include "support/catch_torch.h"
#include "support/gpu.h"

using namespace cmgems::nn;

TEST_CASE("the library of our kernels loads and is of this build", "[library]") {
#ifndef CMGEMS_CUDA_KERNELS
  CMGEMS_SKIP("built without CUDA kernels");
#else
  // Without a driver too: LibTorch's CUDA part brings the CUDA runtime, which our library shares.
  if (::dlopen("libtorch_cuda.so", RTLD_NOW | RTLD_GLOBAL) == nullptr) CMGEMS_SKIP("no CUDA part of LibTorch here");
  void* const library = ::dlopen("libcmgems_cuda.so", RTLD_NOW | RTLD_LOCAL);
  INFO((library == nullptr ? ::dlerror() : ""));
  REQUIRE(library != nullptr);
  const auto function = reinterpret_cast<cuda::TableFunction>(::dlsym(library, cuda::kTableFunction));
  REQUIRE(function != nullptr);
  CHECK(function()->version == cuda::kTableVersion);
  CHECK(std::string(function()->torch_version) == torch_version());
#endif
}

TEST_CASE("with a GPU our kernels are used", "[gpu]") {
  CMGEMS_NEEDS_GPU();
#ifndef CMGEMS_CUDA_KERNELS
  CMGEMS_SKIP("built without CUDA kernels");
#else
  CHECK(cuda_kernels_problem().empty());
  CHECK(cuda::table() != nullptr);
#endif
}
