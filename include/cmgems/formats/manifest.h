// MANIFEST.json of a checkpoint (docs/checkpoint.md): which files belong to it, their sizes and SHA-256, and under what
// settings it was written. Written last, so that a folder that has one was written to its end.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace cmgems::formats {

/// What must be the same when a run continues, by name: keys of the configuration, hashes of the inputs, versions.
using Fingerprint = std::map<std::string, std::string>;

struct ManifestFile {
  std::string name;
  std::uint64_t bytes;
  std::string sha256;
};

struct Manifest {
  std::int64_t step = 0;
  Fingerprint fingerprint;
  std::vector<ManifestFile> files;  // by name
  /// All files together.
  std::uint64_t bytes() const;
};

/// Hashes the files of `folder` and writes its MANIFEST.json. Throws: IoError.
void write_manifest(const std::filesystem::path& folder, std::int64_t step, const Fingerprint& fingerprint);

/// Reads it; a single changed bit anywhere in it is found. Throws: InputNotFound, DataError.
Manifest read_manifest(const std::filesystem::path& folder);

enum class Check { sizes, hashes };

/// Compares the files of `folder` with its manifest. Throws: DataError that names the first difference; IoError.
void check_files(const std::filesystem::path& folder, const Manifest& manifest, Check check);

}  // namespace cmgems::formats
