#include "cmgems/formats/manifest.h"

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "cmgems/base/atomic_file.h"
#include "cmgems/base/error.h"
#include "cmgems/base/hash.h"
#include "json_text.h"

namespace cmgems::formats {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

constexpr const char* kName = "MANIFEST.json";
constexpr const char* kFormat = "cmgems-checkpoint";
constexpr int kVersion = 1;
constexpr std::size_t kChunkBytes = std::size_t{1} << 20;

std::string hash_of_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::vector<char> chunk(kChunkBytes);
  Sha256 hash;
  while (file.read(chunk.data(), static_cast<std::streamsize>(chunk.size())), file.gcount() > 0) {
    hash.update(chunk.data(), static_cast<std::size_t>(file.gcount()));
  }
  if (!file.eof()) throw IoError("cannot read " + path.string());
  return hash.finish();
}

/// The one text of a manifest: the last key is the hash of the document without it.
std::string text_of(const Manifest& manifest) {
  ordered_json json = {{"format", kFormat}, {"version", kVersion}, {"step", manifest.step}};
  json["fingerprint"] = ordered_json::object();
  for (const auto& [field, value] : manifest.fingerprint) json["fingerprint"][field] = value;
  json["files"] = ordered_json::array();
  for (const auto& file : manifest.files) {
    json["files"].push_back({{"name", file.name}, {"bytes", file.bytes}, {"sha256", file.sha256}});
  }
  const auto text = [&] { return json.dump(1, ' ', false, ordered_json::error_handler_t::replace) + "\n"; };
  json["sha256"] = sha256(text());
  return text();
}

/// A name within the folder, nowhere else.
std::string plain_name(const nlohmann::json& value) {
  auto name = value.get<std::string>();
  if (name.empty() || name == "." || name == ".." || name.find('/') != std::string::npos ||
      name.find('\0') != std::string::npos)
    throw DataError("a file name that is none");
  return name;
}

Manifest parse(const std::string& content, const fs::path& path) {
  const auto json = parse_json_object(content, path, "manifest");
  if (json.at("format") != kFormat || json.at("version") != kVersion) {
    throw DataError("expected format " + std::string(kFormat) + ", version " + std::to_string(kVersion));
  }
  Manifest manifest;
  manifest.step = json.at("step").get<std::int64_t>();
  for (const auto& [field, value] : json.at("fingerprint").items()) {
    manifest.fingerprint[field] = value.get<std::string>();
  }
  for (const auto& file : json.at("files")) {
    manifest.files.push_back(
        {plain_name(file.at("name")), file.at("bytes").get<std::uint64_t>(), file.at("sha256").get<std::string>()});
  }
  return manifest;
}

}  // namespace

std::uint64_t Manifest::bytes() const {
  std::uint64_t sum = 0;
  for (const auto& file : files) sum += file.bytes;
  return sum;
}

void write_manifest(const fs::path& folder, std::int64_t step, const Fingerprint& fingerprint) {
  Manifest manifest{step, fingerprint, {}};
  for (const auto& entry : fs::directory_iterator(folder)) {
    manifest.files.push_back({entry.path().filename().string(), entry.file_size(), hash_of_file(entry.path())});
  }
  std::sort(manifest.files.begin(), manifest.files.end(),
            [](const auto& left, const auto& right) { return left.name < right.name; });
  write_file_atomic(folder / kName, text_of(manifest));
}

Manifest read_manifest(const fs::path& folder) {
  const fs::path path = folder / kName;
  const std::string content = read_file(path);
  Manifest manifest;
  try {
    manifest = parse(content, path);
  } catch (const nlohmann::json::exception&) {
    throw DataError(path.string() + " is damaged: it lacks a key, or one has another type");
  } catch (const DataError& error) {
    throw DataError(path.string() + " is damaged: " + error.what());
  }
  if (text_of(manifest) != content) {
    throw DataError(path.string() + " is damaged: its content is not what its last key, sha256, stands for");
  }
  return manifest;
}

void check_files(const fs::path& folder, const Manifest& manifest, Check check) {
  for (const auto& file : manifest.files) {
    const fs::path path = folder / file.name;
    std::error_code problem;
    const auto bytes = fs::file_size(path, problem);
    if (problem == std::errc::no_such_file_or_directory) throw DataError(path.string() + " is missing");
    if (problem) throw IoError("cannot look at " + path.string() + ": " + problem.message());
    if (bytes != file.bytes) {
      throw DataError(path.string() + " has " + std::to_string(bytes) + " bytes, written were " +
                      std::to_string(file.bytes));
    }
    if (check == Check::hashes && hash_of_file(path) != file.sha256) {
      throw DataError(path.string() + " is damaged: its SHA-256 is not that of what was written");
    }
  }
}

}  // namespace cmgems::formats
