#include "cmgems/genome/line_reader.h"

#include "text_file.h"

namespace cmgems::genome {

struct LineReader::Lines {
  TextLines text;
};

LineReader::LineReader(const std::filesystem::path& path, const std::string& expected)
    : lines_(std::make_unique<Lines>(Lines{TextLines(TextFile(path, expected))})) {}

LineReader::~LineReader() = default;

bool LineReader::next(std::string& line) { return lines_->text.next(line); }

}  // namespace cmgems::genome
