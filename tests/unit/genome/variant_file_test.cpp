#include "cmgems/genome/variant_file.h"

#include <htslib/bgzf.h>
#include <htslib/vcf.h>

#include <iterator>
#include <map>

#include "cmgems/base/error.h"
#include "support/catch.h"
#include "support/pipe.h"
#include "support/thrown.h"

using namespace cmgems;
using genome::Variant;

namespace {

const std::string kHeader = "##fileformat=VCFv4.2\n##contig=<ID=chr1>\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n";

std::vector<Variant> read(const test::TemporaryFolder& folder, const std::string& name, const std::string& content) {
  std::vector<Variant> variants;
  genome::for_each_variant(folder.write(name, content), [&](const Variant& variant) { variants.push_back(variant); });
  return variants;
}

std::string error_of(const std::string& content) {
  const test::TemporaryFolder folder;
  return test::message_of<DataError>([&] { read(folder, "v", content); });
}

/// The same variants as BGZF, a block for each text.
std::string blocks_of(const test::TemporaryFolder& folder, const std::vector<std::string>& texts) {
  const auto path = (folder.path() / "blocks").string();
  BGZF* file = bgzf_open(path.c_str(), "w");
  for (const auto& text : texts) {
    REQUIRE(bgzf_write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
    REQUIRE(bgzf_flush(file) == 0);
  }
  REQUIRE(bgzf_close(file) == 0);
  std::ifstream content(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(content), {}};
}

/// The records of a VCF text as BCF.
std::string bcf_of(const test::TemporaryFolder& folder, const std::string& text) {
  const auto from = folder.write("from.vcf", text).string(), to = (folder.path() / "to.bcf").string();
  htsFile* in = hts_open(from.c_str(), "r");
  htsFile* out = hts_open(to.c_str(), "wb");
  bcf_hdr_t* header = bcf_hdr_read(in);
  bcf1_t* record = bcf_init();
  REQUIRE(bcf_hdr_write(out, header) == 0);
  while (bcf_read(in, header, record) == 0) REQUIRE(bcf_write(out, header, record) == 0);
  bcf_destroy(record);
  bcf_hdr_destroy(header);
  hts_close(in);
  REQUIRE(hts_close(out) == 0);
  std::ifstream content(to, std::ios::binary);
  return {std::istreambuf_iterator<char>(content), {}};
}

constexpr std::size_t kEndBlock = 28;  // bytes of the empty block that ends a BGZF file

using Alleles = std::vector<std::string>;

}  // namespace

TEST_CASE("variants of a VCF file", "[genome]") {
  const test::TemporaryFolder folder;
  const auto variants = read(folder, "v.vcf",
                             kHeader +
                                 "chr1\t1\trs7\tA\tc,<DEL>,*\t.\t.\t.\nchr2\t20\t.\tACG\tA\t50\tPASS\tDP=1\n"
                                 "chr1\t3\t.\tG\t.\t.\t.\t.\n");
  REQUIRE(variants.size() == 3);
  CHECK(variants[0].contig == "chr1");
  CHECK(variants[0].position == 0);
  CHECK(variants[0].id == "rs7");
  CHECK(variants[0].reference == "A");
  CHECK(variants[0].alternatives == Alleles{"c", "<DEL>", "*"});
  CHECK(variants[1].contig == "chr2");  // not in the header
  CHECK(variants[1].position == 19);
  CHECK(variants[1].id == ".");
  CHECK(variants[1].reference == "ACG");
  CHECK_THAT(variants[1].place, Catch::EndsWith("v.vcf: line 5"));
  CHECK(variants[2].alternatives.empty());
  CHECK(genome::is_sequence("ACN"));
  CHECK(genome::is_sequence("acr"));
  CHECK(genome::is_unambiguous("ACGTUacgtu"));
  CHECK_FALSE(genome::is_unambiguous("AN"));
  for (const std::string symbolic : {"<DEL>", "*", ".", "", "A[CHR2:5["}) CHECK_FALSE(genome::is_sequence(symbolic));
}

TEST_CASE("variants of tables", "[genome]") {
  const test::TemporaryFolder folder;
  const std::map<std::string, std::string> tables{{"v.tsv", "chrom\tpos\tref\talt\nchr1\t7\ta\tG,T\n"},
                                                  {"w.tsv", "#CHROM\tPOS\tREF\tALT\r\nchr1\t7\tA\tG,T\r\n"}};
  for (const auto& [name, content] : tables) {
    const auto variants = read(folder, name, content);
    REQUIRE(variants.size() == 1);
    CHECK(variants[0].position == 6);
    CHECK(variants[0].reference == (name == "v.tsv" ? "a" : "A"));
    CHECK(variants[0].alternatives == Alleles{"G", "T"});
    CHECK(variants[0].id == ".");
  }
  const auto comma = read(folder, "v.csv", "alt,ref,id,pos,contig\nT,A,x,9,c\n\nG,A,y,10,c\n");
  REQUIRE(comma.size() == 2);
  CHECK(comma[1].id == "y");
  CHECK(comma[1].contig == "c");
  CHECK_THAT(comma[1].place, Catch::EndsWith("v.csv: line 4"));
}

TEST_CASE("files that hold no variants say where they are wrong", "[genome]") {
  CHECK_THAT(error_of("chrom\tpos\tref\nc\t1\tA\n"), Catch::Contains("v: line 1: no column 'alt'"));
  CHECK_THAT(error_of("chrom\tpos\tref\talt\nc\t0\tA\tT\n"), Catch::Contains("v: line 2: position '0' is not"));
  CHECK_THAT(error_of("chrom\tpos\tref\talt\nc\t1\tA\n"), Catch::Contains("v: line 2: expected 4 columns"));
  CHECK_THAT(error_of("chrom\tpos\tref\talt\nc\t1\tA\tT\nc\t2\t\tT\n"),
             Catch::Contains("v: line 3: the reference allele is empty"));
  CHECK_THAT(error_of(""), Catch::Contains("the file is empty"));
  CHECK_THAT(error_of(kHeader + "chr1\tx\t.\tA\tC\t.\t.\t.\n"), Catch::Contains("v: line 4: not a VCF record"));
  CHECK_THROWS_AS(genome::for_each_variant("/nonexistent", [](const auto&) {}), InputNotFound);
}

TEST_CASE("a compressed file of variants that lacks its end is refused, wherever it is cut", "[genome]") {
  const test::TemporaryFolder folder;
  const std::string first = kHeader + "chr1\t1\t.\tA\tC\t.\t.\t.\n", second = "chr1\t2\t.\tC\tG\t.\t.\t.\n";
  const auto whole = blocks_of(folder, {first, second});
  CHECK(read(folder, "whole.vcf.gz", whole).size() == 2);
  const auto refusal = [&](const std::string& content) {
    return test::message_of<DataError>([&] { read(folder, "cut", content); });
  };
  const std::string expected =
      (folder.path() / "cut").string() + ": the compressed file is cut off or damaged; copy or download it again";
  CHECK(refusal(whole.substr(0, whole.size() - kEndBlock)) == expected);
  const auto one = blocks_of(folder, {first});
  CHECK(refusal(whole.substr(0, one.size() - kEndBlock)) == expected);  // between the two blocks
  CHECK_THAT(refusal(whole.substr(0, whole.size() - kEndBlock - 3)), Catch::Contains("cut off"));
  const auto binary = bcf_of(folder, first + second);
  CHECK(read(folder, "whole.bcf", binary).size() == 2);
  CHECK(refusal(binary.substr(0, binary.size() - kEndBlock)) == expected);
  const auto table = blocks_of(folder, {"chrom\tpos\tref\talt\n", "c\t1\tA\tT\n"});
  CHECK(read(folder, "t.tsv.gz", table).size() == 1);
  CHECK(refusal(table.substr(0, table.size() - kEndBlock)) == expected);
}

TEST_CASE("variants come from a pipe, which is read once", "[genome]") {
  for (const std::string& content :
       {kHeader + "chr1\t7\t.\tA\tC\t.\t.\t.\n", std::string("chrom\tpos\tref\talt\nchr1\t7\tA\tC")}) {
    const test::TemporaryFolder folder;
    const test::Pipe pipe(folder, content);
    std::vector<Variant> variants;
    genome::for_each_variant(pipe.path(), [&](const Variant& variant) { variants.push_back(variant); });
    REQUIRE(variants.size() == 1);
    CHECK(variants[0].position == 6);
  }
}

TEST_CASE("records at a telomere are counted and not told", "[genome]") {
  const test::TemporaryFolder folder;
  std::size_t told = 0;
  const auto path = folder.write("v.vcf", kHeader + "chr1\t0\t.\tN\t.[chr1:5[\t.\t.\t.\nchr1\t7\t.\tA\tC\t.\t.\t.\n");
  CHECK(genome::for_each_variant(path, [&](const Variant&) { ++told; }) == 1);
  CHECK(told == 1);
}

TEST_CASE("a byte order mark before a table is no part of its first column", "[genome]") {
  const test::TemporaryFolder folder;
  CHECK(read(folder, "v.csv",
             "\xEF\xBB\xBF"
             "chrom,pos,ref,alt\nc,9,A,T\n")
            .size() == 1);
  CHECK_THAT(error_of("\xEF\xBB\xBF" + kHeader),
             Catch::Contains("v: line 1: a byte order mark before a VCF header; save the file without it"));
}

TEST_CASE("a file of variants that cannot be read is no empty one", "[genome]") {
  if (!std::filesystem::exists("/proc/self/mem")) return;  // whose first page nobody can read
  CHECK_THROWS_AS(genome::for_each_variant("/proc/self/mem", [](const auto&) {}), IoError);
}
