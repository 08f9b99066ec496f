#include "cmgems/genome/variant_file.h"

#include <htslib/hfile.h>
#include <htslib/vcf.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <memory>
#include <utility>

#include "cmgems/base/error.h"
#include "cmgems/genome/genome.h"
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
struct CloseRaw {
  void operator()(hFILE* file) const { hclose_abruptly(file); }
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

  std::uint64_t read(const std::function<void(const Variant&)>& take) {
    std::uint64_t telomeric = 0;
    while (next()) {
      ++records_;
      if (record_->pos < 0) {
        if (!says_zero()) fail();
        ++telomeric;
      } else {
        take(variant());
      }
    }
    return telomeric;
  }

 private:
  /// False at the end of the file. A BGZF file has a block that says so.
  bool next() {
    const int status = bcf_read(file_.get(), header_.get(), record_.get());
    if (status < -1 || (status == 0 && bcf_unpack(record_.get(), BCF_UN_STR) != 0)) fail();
    if (status == 0) return true;
    const BGZF* blocks = file_->is_bgzf != 0 ? file_->fp.bgzf : nullptr;
    if (blocks != nullptr && blocks->no_eof_block != 0) throw damaged_compression(path_);
    return false;
  }

  /// Whether the position is written as 0; htslib takes text that is no number for it.
  bool says_zero() const {
    if (file_->format.format != vcf) return true;
    constexpr std::string_view kEnds("\t\0", 2);  // htslib ends what it has parsed with zeros
    const std::string_view line(file_->line.s, file_->line.l);
    const auto chrom_end = std::min(line.find_first_of(kEnds), line.size() - 1);
    const auto position = line.substr(chrom_end + 1);
    return position.substr(0, position.find_first_of(kEnds)) == "0";
  }

  Variant variant() const {
    const auto* const chrom = bcf_seqname(header_.get(), record_.get());
    if (chrom == nullptr || record_->n_allele == 0) fail();
    Variant variant{chrom, static_cast<std::uint64_t>(record_->pos), record_->d.id, record_->d.allele[0], {}, place()};
    for (std::uint32_t i = 1; i < record_->n_allele; ++i) variant.alternatives.emplace_back(record_->d.allele[i]);
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
  VariantTable(std::string path, TextFile file) : path_(std::move(path)), lines_(std::move(file)) {}

  void read(const std::function<void(const Variant&)>& take) {
    if (!next_line()) throw DataError(path_ + ": the file is empty; expected " + kExpected);
    drop_byte_order_mark();
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
      if (fields[reference].empty()) fail("the reference allele is empty");
      take({fields[contig], position_of(fields[position]), id < fields.size() ? fields[id] : ".", fields[reference],
            split(fields[alternative], ','), path_ + ": line " + std::to_string(number_)});
    }
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw DataError(path_ + ": line " + std::to_string(number_) + ": " + what);
  }

  void drop_byte_order_mark() {
    constexpr std::string_view kMark = "\xEF\xBB\xBF";
    if (!line_.starts_with(kMark)) return;
    line_.erase(0, kMark.size());
    if (line_.starts_with("##fileformat=VCF")) {
      fail("a byte order mark before a VCF header; save the file without it");
    }
  }

  bool next_line() {
    if (!lines_.next(line_)) return false;
    ++number_;
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
  TextLines lines_;
  std::string line_;
  std::uint64_t number_ = 0;
  char delimiter_ = '\t';
  std::vector<std::string> names_;  // in upper case
};

}  // namespace

bool is_sequence(const std::string& allele) {
  return !allele.empty() && upper(allele).find_first_not_of("ACGTUNRYSWKMBDHV") == std::string::npos;
}

bool is_unambiguous(const std::string& allele) {
  return std::all_of(allele.begin(), allele.end(), [](char base) { return base_code(base) != kNotABase; });
}

std::uint64_t for_each_variant(const std::filesystem::path& path, const std::function<void(const Variant&)>& take) {
  require_file(path, kExpected);
  hts_set_log_level(HTS_LOG_OFF);  // its findings become exceptions here
  errno = 0;
  std::unique_ptr<hFILE, CloseRaw> raw(hopen(path.c_str(), "r"));
  htsFormat format{};
  if (!raw || hts_detect_format(raw.get(), &format) != 0) fail_reading(path.string());
  if (format.format != vcf && format.format != bcf) {
    VariantTable(path.string(), TextFile(path.string(), raw.release())).read(take);
    return 0;
  }
  hFILE* const stream = raw.release();
  std::unique_ptr<htsFile, CloseFile> file(hts_hopen(stream, path.c_str(), "r"));  // which closes the stream, if any
  if (!file) {
    hclose_abruptly(stream);
    fail_reading(path.string());
  }
  return VcfReader(path.string(), std::move(file)).read(take);
}

}  // namespace cmgems::genome
