// The vocabulary of a model folder. Private to this layer.
#pragma once

#include <filesystem>

namespace cmgems::formats {

/// vocab.txt of a folder, else tokenizer.json (all that transformers 5 writes) when that is there.
std::filesystem::path vocabulary_path(const std::filesystem::path& folder);

/// k of a vocabulary, whose every word must be where DNABERT has it: one word a line, or a tokenizer in JSON when the
/// name ends so. Throws: InputNotFound, DataError (path, line or id, what was expected).
int read_vocabulary(const std::filesystem::path& path);

}  // namespace cmgems::formats
