#include "text_file.h"

#include <htslib/hfile.h>
#include <htslib/hts_log.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "cmgems/base/atomic_file.h"
#include "cmgems/base/error.h"

namespace cmgems::genome {
namespace {

constexpr std::size_t kChunkBytes = std::size_t{1} << 20;
constexpr std::string_view kGzipMagic = "\x1f\x8b";
constexpr int kBlocksAhead = 64;  // of 64 KiB, decompressed by threads

}  // namespace

void require_file(const std::filesystem::path& path, const std::string& expected) {
  refuse_address(path.string());
  if (!std::filesystem::exists(path)) throw InputNotFound(path.string() + ": no such file; expected " + expected);
  if (std::filesystem::is_directory(path)) {
    throw InputNotFound(path.string() + " is a folder; name the file within it, expected " + expected);
  }
}

TextFile::TextFile(const std::filesystem::path& path, const std::string& expected, int threads)
    : path_(path.string()), chunk_(kChunkBytes) {
  require_file(path, expected);
  hts_set_log_level(HTS_LOG_OFF);  // its findings become exceptions here
  errno = 0;
  file_.reset(bgzf_open(path_.c_str(), "r"));
  if (!file_) fail_reading(path_);
  const bool blocks = bgzf_compression(file_.get()) == 2;
  if (blocks && threads > 1 && bgzf_mt(file_.get(), threads, kBlocksAhead) != 0) fail_reading(path_);
}

TextFile::TextFile(std::string path, hFILE* file)
    : path_(std::move(path)), chunk_(kChunkBytes), file_(bgzf_hopen(file, "r")) {
  if (file_) return;
  hclose_abruptly(file);
  fail_reading(path_);
}

std::string_view TextFile::next() {
  errno = 0;
  const ssize_t bytes = bgzf_read(file_.get(), chunk_.data(), chunk_.size());
  if (bytes < 0) fail_reading(path_);
  const std::string_view text(chunk_.data(), static_cast<std::size_t>(bytes));
  // htslib takes what is shorter than a gzip header for plain text.
  if (text.starts_with(kGzipMagic) && file_->is_compressed == 0) throw damaged_compression(path_);
  if (bytes == 0 && file_->no_eof_block != 0) throw damaged_compression(path_);
  return text;
}

bool TextLines::next(std::string& line) {
  line.clear();
  for (bool whole = false; !whole;) {
    if (chunk_.empty()) chunk_ = file_.next();
    if (chunk_.empty() && line.empty()) return false;
    const auto end = std::min(chunk_.find('\n'), chunk_.size());
    whole = end < chunk_.size() || chunk_.empty();
    line += chunk_.substr(0, end);
    chunk_.remove_prefix(std::min(end + 1, chunk_.size()));
  }
  if (line.ends_with('\r')) line.pop_back();
  return true;
}

DataError damaged_compression(const std::string& path) {
  return DataError(path + ": the compressed file is cut off or damaged; copy or download it again");
}

void fail_reading(const std::string& path) {
  if (errno == EIO || errno == EACCES || errno == EPERM) {
    throw IoError(path + ": cannot be read: " + std::strerror(errno));
  }
  throw damaged_compression(path);
}

}  // namespace cmgems::genome
