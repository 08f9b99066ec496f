// The vocabulary of a model folder. Private to this layer.
#pragma once

#include <filesystem>

namespace cmgems::formats {

/// k of the folder's vocabulary, whose every word must be where DNABERT has it: vocab.txt, else tokenizer.json (all
/// that transformers 5 writes). Throws: InputNotFound, DataError (path, line or id, what was expected).
int read_vocabulary(const std::filesystem::path& folder);

}  // namespace cmgems::formats
