#include "cmgems/genome/variant_file.h"

#include "cmgems/base/error.h"
#include "support/catch.h"
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
  CHECK(variants[0].alternatives == Alleles{"C", "<DEL>", "*"});
  CHECK(variants[1].contig == "chr2");  // not in the header
  CHECK(variants[1].position == 19);
  CHECK(variants[1].id == ".");
  CHECK(variants[1].reference == "ACG");
  CHECK_THAT(variants[1].place, Catch::EndsWith("v.vcf: line 5"));
  CHECK(variants[2].alternatives.empty());
  CHECK(genome::is_sequence("ACN"));
  for (const std::string symbolic : {"<DEL>", "*", ".", "", "A[CHR2:5["}) CHECK_FALSE(genome::is_sequence(symbolic));
}

TEST_CASE("variants of tables", "[genome]") {
  const test::TemporaryFolder folder;
  for (const std::string content :
       {"chrom\tpos\tref\talt\nchr1\t7\ta\tG,T\n", "#CHROM\tPOS\tREF\tALT\r\nchr1\t7\tA\tG,T\r\n"}) {
    const auto variants = read(folder, "v.tsv", content);
    REQUIRE(variants.size() == 1);
    CHECK(variants[0].position == 6);
    CHECK(variants[0].reference == "A");
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
  CHECK_THAT(error_of(""), Catch::Contains("the file is empty"));
  CHECK_THAT(error_of(kHeader + "chr1\tx\t.\tA\tC\t.\t.\t.\n"), Catch::Contains("v: line 4: not a VCF record"));
  CHECK_THROWS_AS(genome::for_each_variant("/nonexistent", [](const auto&) {}), InputNotFound);
}
