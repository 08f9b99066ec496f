#include <algorithm>

#include "cmgems/base/error.h"
#include "cmgems/genome/reader.h"
#include "support/catch.h"
#include "support/pipe.h"
#include "support/thrown.h"

using namespace cmgems;
using namespace cmgems::genome;
using test::message_of;
using test::TemporaryFolder;

namespace {

/// A .2bit file written by hand, number by number.
class File {
 public:
  explicit File(bool swapped) : swapped_(swapped) {}
  File& number(std::uint32_t value, int bytes = 4) {
    std::string digits;
    for (int i = 0; i < bytes; ++i) digits += static_cast<char>(i < 4 ? value >> (8 * i) & 255 : 0);
    if (swapped_) std::reverse(digits.begin(), digits.end());
    text += digits;
    return *this;
  }
  File& bytes(std::string_view more) {
    text += more;
    return *this;
  }
  std::string text;

 private:
  bool swapped_;
};

/// Two sequences: "a" = ACGTNNGGCA with the last two letters in lower case, "bc" = TTTTT.
std::string small(bool swapped, std::uint32_t version) {
  const int offset_bytes = version == 0 ? 4 : 8;
  const auto first = static_cast<std::uint32_t>(16 + 2 + 3 + 2 * offset_bytes);
  File file(swapped);
  file.number(0x1A412743).number(version).number(2).number(0);
  file.bytes(
          "\x01"
          "a")
      .number(first, offset_bytes);
  file.bytes(
          "\x02"
          "bc")
      .number(first + 35, offset_bytes);
  // A C G T = 2 1 3 0: 10 01 11 00; N N G G: 00 00 11 11; C A: 01 10 00 00
  file.number(10).number(1).number(4).number(2).number(1).number(8).number(2).number(0);
  file.bytes(std::string("\x9c\x0f\x60", 3));
  file.number(5).number(0).number(0).number(0).bytes(std::string(2, '\0'));
  return file.text;
}

std::string text_of(const Genome& genome) {
  std::vector<std::uint8_t> codes(genome.size());
  genome.unpack(0, codes);
  std::string text;
  for (const auto code : codes) text += kBaseLetters[code];
  return text;
}

std::string refusal(const std::string& content) {
  const TemporaryFolder folder;
  const auto path = folder.write("x.2bit", content);
  const std::string message = message_of<DataError>([&] { read_genome({path}); });
  const auto at = message.find("x.2bit");
  return at == std::string::npos ? message : message.substr(at);
}

}  // namespace

TEST_CASE(".2bit is read in both byte orders and both versions", "[genome]") {
  const TemporaryFolder folder;
  for (const bool swapped : {false, true}) {
    for (const std::uint32_t version : {0U, 1U}) {
      CAPTURE(swapped, version);
      const Genome genome = read_genome({folder.write("x", small(swapped, version))});
      CHECK(text_of(genome) == "ACGTGGCATTTTT");
      REQUIRE(genome.contigs().size() == 2);
      CHECK(genome.contigs()[0].name == "a");
      CHECK(genome.contigs()[0].length == 10);
      CHECK(genome.contigs()[1].name == "bc");
      REQUIRE(genome.segments().size() == 3);
      CHECK(genome.segments()[1].contig_position == 6);
      CHECK(genome.segments()[1].length == 4);
    }
  }
}

TEST_CASE(".2bit and FASTA give the same genome and mix", "[genome]") {
  const TemporaryFolder folder;
  const auto twobit = folder.write("x.2bit", small(false, 0));
  const auto fasta = folder.write("x.fa", ">a\nACGTNNGGca\n>bc\nTTTTT\n");
  CHECK(read_genome({twobit}).hash() == read_genome({fasta}).hash());
  CHECK(read_genome({twobit, fasta}).contigs().size() == 4);
  CHECK(read_genome({twobit, fasta}).hash() == read_genome({fasta, twobit}).hash());
}

TEST_CASE("a .2bit file that is cut off is refused wherever the cut is", "[genome]") {
  const std::string whole = small(false, 0);
  for (std::size_t bytes = 4; bytes < whole.size(); ++bytes) {
    CAPTURE(bytes);
    CHECK(refusal(whole.substr(0, bytes)).find("the .2bit file is cut off or damaged") != std::string::npos);
  }
  CHECK(refusal(whole.substr(0, whole.size() - 1)) ==
        "x.2bit: sequence 'bc' holds less than it announces: the .2bit file is cut off or damaged; copy or download it "
        "again");
}

TEST_CASE("what a .2bit file announces is compared with its size", "[genome]") {
  const std::string whole = small(false, 0);
  const auto with = [&](std::size_t at, std::uint32_t value) {
    std::string changed = whole;
    changed.replace(at, 4, File(false).number(value).text);
    return refusal(changed);
  };
  CHECK(with(8, 0xFFFFFFFF).find("the index holds less") != std::string::npos);  // sequences
  CHECK(with(8, 0) == "x.2bit: the .2bit file has no sequence");
  CHECK(with(4, 2).find("version 2; expected version 0 or 1") != std::string::npos);
  CHECK(with(18, 0xFFFFFFFF).find("sequence 'a' holds a position beyond the end") != std::string::npos);
  CHECK(with(29, 0xFFFFFFFF).find("sequence 'a' holds less") != std::string::npos);  // bases
  CHECK(with(33, 0xFFFFFFFF).find("sequence 'a' holds less") != std::string::npos);  // runs of N
  CHECK(with(37, 9).find("a run of N outside its sequence") != std::string::npos);   // start of the run, of 2 bases
  CHECK(with(45, 0xFFFFFFFF).find("sequence 'a' holds less") != std::string::npos);  // runs of lower case
}

TEST_CASE("no byte of a .2bit file belongs to two sequences", "[genome]") {
  // 1000 index entries of 6 bytes, all of which point at one sequence of 4096 bases: 4 MB of bases from 7 kB.
  File file(false);
  file.number(0x1A412743).number(0).number(1000).number(0);
  for (int i = 0; i < 1000; ++i) file.bytes("\x01s").number(16 + 6000);
  file.number(4096).number(0).number(0).number(0).bytes(std::string(1024, '\x1b'));
  CHECK(refusal(file.text) ==
        "x.2bit: sequence 's' holds bytes that belong to another sequence: the .2bit file is cut off or damaged; copy "
        "or download it again");
}

TEST_CASE("a sequence of a .2bit file begins behind the index", "[genome]") {
  std::string changed = small(false, 0);
  changed.replace(18, 4, File(false).number(28).text);  // the index ends at 29
  CHECK(refusal(changed).find("sequence 'a' holds a position within the index") != std::string::npos);
}

TEST_CASE("a .2bit file from a pipe is refused", "[genome]") {
  for (const bool swapped : {false, true}) {
    const TemporaryFolder folder;
    const test::Pipe pipe(folder, small(swapped, 0));
    const auto message = message_of<DataError>([&] { read_genome({pipe.path()}); });
    CHECK(message == pipe.path().string() +
                         ": .2bit is read from a plain file only, not from a pipe or compressed; save it as one and "
                         "name that file");
  }
}

TEST_CASE("a wrong signature is no .2bit", "[genome]") {
  std::string changed = small(false, 0);
  changed[0] = 'B';
  CHECK(refusal(changed).find("line 1: expected a FASTA header") != std::string::npos);
}

TEST_CASE("a published .2bit file", "[genome]") {
  if (test::real_data().empty()) CMGEMS_SKIP("no real data: set CMGEMS_TEST_DATA");
  const Genome genome = read_genome({test::real_data() / "robust" / "toga_hg38.micro_sample.2bit"});
  REQUIRE(genome.contigs().size() == 1);
  CHECK(genome.contigs()[0].name == "chr9");
  CHECK(genome.contigs()[0].length == 540549);  // 0x083f85, read from its bytes
  CHECK(genome.size() > 500000);
}
