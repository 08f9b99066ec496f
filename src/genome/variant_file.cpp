#include "cmgems/genome/variant_file.h"

#include <htslib/vcf.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <fstream>
#include <memory>

#include "cmgems/base/error.h"
#include "text_file.h"

namespace cmgems::genome {
namespace {

constexpr const char* kExpected = "a VCF file or a table of variants";

std::string upper(std::string text) {
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

std::vector<std::string> split(const std::string& text, char delimiter) {
  std::vector<std::string> fields;
  for (std::size_t begin = 0; begin <= text.size();) {
    const auto end = std::min(text.find(delimiter, begin), text.size());
    fields.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return fields;
}

struct CloseFile {
  void operator()(htsFile* file) const { hts_close(file); }
};
struct FreeHeader {
  void operator()(bcf_hdr_t* header) const { bcf_hdr_destroy(header); }
};
struct FreeRecord {
  void operator()(bcf1_t* record) const { bcf_destroy(record); }
};

/// VCF and BCF through htslib.
class VcfReader {
 public:
  VcfReader(std::string path, std::unique_ptr<htsFile, CloseFile> file)
      : path_(std::move(path)), file_(std::move(file)) {
    header_.reset(bcf_hdr_read(file_.get()));
    record_.reset(bcf_init());
    if (!header_) throw DataError(path_ + ": the header of the VCF file is damaged or not complete");
  }

  void read(const std::function<void(const Variant&)>& take) {
    for (;;) {
      const int status = bcf_read(file_.get(), header_.get(), record_.get());
      if (status == -1) return;
      if (status < -1 || bcf_unpack(record_.get(), BCF_UN_STR) != 0) fail();
      ++records_;
      take(variant());
    }
  }

 private:
  Variant variant() const {
    const auto* const chrom = bcf_seqname(header_.get(), record_.get());
    if (chrom == nullptr || record_->n_allele == 0 || record_->pos < 0) fail();
    Variant variant{chrom,  static_cast<std::uint64_t>(record_->pos), record_->d.id, upper(record_->d.allele[0]), {},
                    place()};
    for (std::uint32_t i = 1; i < record_->n_allele; ++i) variant.alternatives.push_back(upper(record_->d.allele[i]));
    return variant;
  }

  /// Text knows its line, BCF the number of the record.
  std::string place() const {
    const bool text = file_->format.format == vcf;
    return path_ + (text ? ": line " + std::to_string(file_->lineno) : ": record " + std::to_string(records_));
  }

  [[noreturn]] void fail() const {
    throw DataError(place() + ": not a VCF record (CHROM POS ID REF ALT ... with tabs), or the file is cut off");
  }

  std::string path_;
  std::unique_ptr<htsFile, CloseFile> file_;
  std::unique_ptr<bcf_hdr_t, FreeHeader> header_;
  std::unique_ptr<bcf1_t, FreeRecord> record_;
  std::uint64_t records_ = 0;
};

/// A table with a header line.
class VariantTable {
 public:
  explicit VariantTable(const std::filesystem::path& path) : path_(path.string()), file_(path) {
    if (!file_) throw IoError(path_ + ": cannot be read");
  }

  void read(const std::function<void(const Variant&)>& take) {
    if (!next_line()) throw DataError(path_ + ": the file is empty; expected " + kExpected);
    delimiter_ = line_.find('\t') != std::string::npos ? '\t' : ',';
    names_ = split(upper(line_), delimiter_);
    if (!names_.empty() && names_.front().starts_with('#')) names_.front().erase(0, 1);
    const auto contig = find("CHROM") != names_.size() ? find("CHROM") : column("CONTIG", "chrom");
    const auto position = column("POS", "pos"), reference = column("REF", "ref"), alternative = column("ALT", "alt");
    const auto id = find("ID");
    while (next_line()) {
      if (line_.empty()) continue;
      const auto fields = split(line_, delimiter_);
      if (fields.size() != names_.size()) {
        fail("expected " + std::to_string(names_.size()) + " columns as in the header, found " +
             std::to_string(fields.size()));
      }
      take({fields[contig], position_of(fields[position]), id < fields.size() ? fields[id] : ".",
            upper(fields[reference]), split(upper(fields[alternative]), ','),
            path_ + ": line " + std::to_string(number_)});
    }
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw DataError(path_ + ": line " + std::to_string(number_) + ": " + what);
  }

  bool next_line() {
    if (!std::getline(file_, line_)) return false;
    ++number_;
    if (line_.ends_with('\r')) line_.pop_back();
    return true;
  }

  std::size_t find(std::string_view name) const {
    return static_cast<std::size_t>(std::find(names_.begin(), names_.end(), name) - names_.begin());
  }

  std::size_t column(std::string_view name, const std::string& shown) const {
    const auto found = find(name);
    if (found == names_.size()) {
      fail("no column '" + shown + "'; expected a VCF file, or a table whose first line names chrom, pos, ref and alt");
    }
    return found;
  }

  std::uint64_t position_of(const std::string& field) const {
    std::uint64_t position = 0;
    const char* end = field.data() + field.size();
    const auto [rest, error] = std::from_chars(field.data(), end, position);
    if (error != std::errc{} || rest != end || position == 0) {
      fail("position '" + field + "' is not a whole number from 1");
    }
    return position - 1;
  }

  std::string path_;
  std::ifstream file_;
  std::string line_;
  std::uint64_t number_ = 0;
  char delimiter_ = '\t';
  std::vector<std::string> names_;  // in upper case
};

}  // namespace

bool is_sequence(const std::string& allele) {
  return !allele.empty() && allele.find_first_not_of("ACGTUNRYSWKMBDHV") == std::string::npos;
}

void for_each_variant(const std::filesystem::path& path, const std::function<void(const Variant&)>& take) {
  require_file(path, kExpected);
  hts_set_log_level(HTS_LOG_OFF);  // its findings become exceptions here
  std::unique_ptr<htsFile, CloseFile> file(hts_open(path.c_str(), "r"));
  if (file && (file->format.format == vcf || file->format.format == bcf)) {
    return VcfReader(path.string(), std::move(file)).read(take);
  }
  VariantTable(path).read(take);
}

}  // namespace cmgems::genome
