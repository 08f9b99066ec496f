// Reading what torch.save(model.state_dict(), FILE) writes: pytorch_model.bin, as a zip archive (since PyTorch 1.6) or
// in the older form. The pickle in it is read by a machine that knows a closed list of operations and names, so that no
// code of the file is ever run; every size is checked before it is used; memory-mapped.
// Source: torch/serialization.py.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "cmgems/formats/mapped_file.h"
#include "cmgems/formats/tensor.h"

namespace cmgems::formats {

/// A mapped file; the views live as long as the object. Several tensors may share bytes.
class TorchFile {
 public:
  /// Throws: InputNotFound; DataError (path, byte or record, what is wrong).
  explicit TorchFile(const std::filesystem::path& path);
  /// In the order of the file.
  const std::vector<TensorView>& tensors() const { return tensors_; }

 private:
  MappedFile file_;
  std::vector<TensorView> tensors_;
  std::vector<std::vector<std::byte>> copies_;  // of tensors that do not lie in one piece
};

}  // namespace cmgems::formats
