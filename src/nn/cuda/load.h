// Loads LibTorch's CUDA part and our own kernels, once, and only when asked to.
#pragma once

#include "table.h"

namespace cmgems::nn::cuda {

/// Whether CUDA can be used here: driver, device and LibTorch's CUDA part are there. Loads them on the first call,
/// which must come before anything asks LibTorch about CUDA: its first answer is final.
bool load();
/// Whether load() was called and found CUDA. Loads nothing.
bool loaded_before();

/// Our own kernels, or null: before load(), without CUDA, or when libcmgems_cuda.so is missing or of another build.
const Table* table();
/// Why table() is null after load() came back true, else empty.
const std::string& problem();

}  // namespace cmgems::nn::cuda
