// cmgems embed, perplexity, variants, and attention beside predict.
#include <cmath>
#include <nlohmann/json.hpp>

#include "program.h"

using cmgems::test::kTiny;
using cmgems::test::Outcome;
using cmgems::test::Program;
using nlohmann::json;

namespace {

void pretrain(const Program& program) { REQUIRE(program.run("pretrain --quiet --out run" + kTiny).code == 0); }

void fails(const Outcome& outcome, int code, const std::string& fragment) {
  INFO(outcome.err);
  CHECK(outcome.code == code);
  CHECK(outcome.out.empty());
  CHECK_THAT(outcome.err, Catch::Contains(fragment));
}

const std::string kSequences = ">one\nACGTACGGTACTT\n>two\nTTGACCATNGGACACGTTG\n";  // 10 and 16 4-mers

}  // namespace

TEST_CASE("embeddings are a file of rows with ids beside it, the same bytes twice", "[cli]") {
  const Program program;
  pretrain(program);
  program.write("s.fa", kSequences);
  REQUIRE(program.run("embed --model run s.fa --out e.npy").code == 0);
  CHECK(program.read("e.npy.ids.txt") == "one\ntwo\n");
  CHECK_THAT(program.read("e.npy"), Catch::Contains("'shape': (2, 32)"));
  CHECK(program.read("e.npy").size() == 128 + 2 * 32 * 4);
  REQUIRE(program.run("embed --model run s.fa --out again.npy").code == 0);
  CHECK(program.read("again.npy") == program.read("e.npy"));

  const auto tokens = json::parse(program.run("embed --json --model run --pool tokens s.fa --out t.npy").out);
  CHECK(tokens["sequences"] == 2);
  CHECK(tokens["rows"] == 26);
  CHECK(tokens["width"] == 32);
  CHECK(tokens["offsets"] == "t.npy.offsets.npy");
  CHECK_THAT(program.read("t.npy"), Catch::Contains("'shape': (26, 32)"));
  CHECK(program.read("t.npy.offsets.npy").size() == 128 + 3 * 8);
  REQUIRE(program.run("embed --model run --pool cls --layer 1 s.fa --out e.safetensors").code == 0);
  CHECK_THAT(program.read("e.safetensors"), Catch::Contains("\"embeddings\":{\"dtype\":\"F32\",\"shape\":[2,32]"));

  fails(program.run("embed --model run s.fa --out e.csv"), 64, "expected a name that ends in .npy or .safetensors");
  fails(program.run("embed --model run --layer 9 s.fa --out f.npy"), 64, "layer 9: the model has the layers 1 to 2");
  fails(program.run("embed --model run --pool max s.fa --out f.npy"), 64, "max");
  fails(program.run("embed --model run none.fa --out f.npy"), 66, "none.fa");
  program.write("short.fa", ">a\nACGTACGT\n>b\nACG\n");
  fails(program.run("embed --model run short.fa --out f.npy"), 65, "short.fa: sequence 2 ('b') has 3 bases");
  CHECK_FALSE(program.has("f.npy"));
  CHECK_FALSE(program.has("f.npy.ids.txt"));
}

TEST_CASE("files of embeddings stay together", "[cli]") {
  const Program program;
  pretrain(program);
  program.write("s.fa", kSequences);
  REQUIRE(program.run("embed --model run --pool tokens s.fa --out new/q.npy").code == 0);  // which makes the folder
  CHECK(program.has("new/q.npy.offsets.npy"));
  REQUIRE(program.run("embed --model run --pool mean s.fa --out new/q.npy").code == 0);
  CHECK_FALSE(program.has("new/q.npy.offsets.npy"));
  program.write("t.fa", ">three\nACGTACG\n");
  REQUIRE(program.run("embed --model run t.fa --out new/q.safetensors").code == 0);
  CHECK(program.read("new/q.npy.ids.txt") == "one\ntwo\n");
  CHECK(program.read("new/q.safetensors.ids.txt") == "three\n");
}

TEST_CASE("what cannot be written is refused before the model loads", "[cli]") {
  const Program program;
  program.write("s.fa", kSequences);
  program.write("file", "");
  REQUIRE(program.shell("mkfifo fifo fifo.npy d.npy.ids.txt; mkdir folder folder.npy").code == 0);
  for (const std::string command : {"predict s.fa", "perplexity s.fa", "variants --genome s.fa v.vcf"}) {
    const auto refuses = [&](const std::string& out, const std::string& fragment) {
      fails(program.run(command + " --model none --out " + out), 64, fragment);
    };
    refuses("fifo", "fifo is no plain file");
    refuses("/dev/null", "/dev/null is no plain file");
    refuses("folder", "folder is a folder");
    refuses("file/x.tsv", "is a file, a folder was expected");
  }
  fails(program.run("embed s.fa --model none --out fifo.npy"), 64, "fifo.npy is no plain file");
  fails(program.run("embed s.fa --model none --out folder.npy"), 64, "folder.npy is a folder");
  fails(program.run("embed s.fa --model none --out d.npy"), 64, "d.npy.ids.txt is no plain file");
  CHECK(program.run("predict s.fa --model none --out a/b/p.tsv").code == 66);  // a missing folder is made
}

TEST_CASE("sequences and variants come from pipes", "[cli]") {
  const Program program;
  pretrain(program);
  std::string many;
  for (int i = 0; i < 600; ++i) many += ">s" + std::to_string(i) + "\nACGTACGGTACTTACGTACGGTACTT\n";
  program.write("many.fa", many);
  const std::string cmgems = "'" CMGEMS_PROGRAM "' ";
  const auto piped = program.shell("cat many.fa | " + cmgems + "embed --json --model run --out p.npy /dev/stdin");
  INFO(piped.err);
  REQUIRE(piped.code == 0);
  CHECK(json::parse(piped.out)["sequences"] == 600);
  fails(program.shell("cat many.fa | " + cmgems +
                      "embed --model run --out q.npy --attention 0 --attention-out m /dev/stdin"),
        64, "--attention reads its input twice, and /dev/stdin can be read only once: save it as a file");
  program.write("g.fa", ">chr1\nACGTTGCATGTAAGGCTTACGATCGATTACGATCGGCTA\n");
  const auto rows = program.shell("printf 'chrom\tpos\tref\talt\nchr1\t20\tC\tA\n' | " + cmgems +
                                  "variants --model run --genome g.fa /dev/stdin");
  CHECK_THAT(rows.out, Catch::Contains("\nchr1\t20\t.\tC\tA\t-"));
}

TEST_CASE("perplexity by record, by file and in all", "[cli]") {
  const Program program;
  pretrain(program);
  std::string bases;
  std::uint32_t state = 3;
  for (int i = 0; i < 3000; ++i) {
    state = state * 1664525U + 1013904223U;
    bases += "ACGT"[state >> 30];
  }
  program.write("g.fa", ">one\n" + bases + "\n>two\n" + bases.substr(0, 900) + "\n>none\nNNNN\n");
  const auto whole = json::parse(program.run("perplexity --json --model run g.fa").out);
  REQUIRE(whole["rows"].size() == 3);
  CHECK(whole["rows"][0]["record"] == "one");
  CHECK(whole["rows"][0]["tokens"] == 2997);
  CHECK(whole["rows"][1]["tokens"] == 897);
  CHECK(whole["rows"][2]["windows"] == 0);
  CHECK(whole["rows"][2]["perplexity"].is_null());
  CHECK(whole["total"]["tokens"] == 3894);
  CHECK(whole["total"]["masked"].get<int>() > 300);
  CHECK(whole["total"]["perplexity"].get<double>() ==
        Approx(std::exp(whole["total"]["loss"].get<double>())).epsilon(1e-5));
  CHECK(whole["total"]["perplexity"].get<double>() > 50);  // hardly trained: near the 256 4-mers
  CHECK(whole["total"]["perplexity"].get<double>() < 1000);
  const auto table = program.run("perplexity --model run g.fa").out;
  CHECK_THAT(table, Catch::StartsWith("file\trecord\twindows\ttokens\tmasked\tloss\tperplexity\ng.fa\tone\t"));
  CHECK_THAT(table, Catch::Contains("\ntotal\t\t"));
  const auto some = json::parse(program.run("perplexity --json --windows 2 --strategy global --model run g.fa").out);
  CHECK(some["total"]["windows"] == 2);
  CHECK(some["strategy"] == "global");

  REQUIRE(program.run("perplexity --json --model run g.fa --out p.tsv").code == 0);
  CHECK(program.read("p.tsv") == table);  // with its total
  CHECK(program.run("perplexity --model run g.fa --strategy genemask --npmi from-genome").code == 0);
  fails(program.run("perplexity --model run g.fa --strategy genemask --set npmi.table=/nonexistent.tsv"), 66,
        "/nonexistent.tsv");

  fails(program.run("perplexity --model run --strategy cm-gems g.fa"), 64, "cm-gems");
  fails(program.run("perplexity --model run none.fa"), 66, "none.fa");
  program.write("short.fa", ">a\nACG\n");
  fails(program.run("perplexity --model run short.fa"), 65, "short.fa: no run of A, C, G and T is as long");
}

TEST_CASE("effects of variants, likelihoods and probabilities", "[cli]") {
  const Program program;
  pretrain(program);
  program.write("g.fa", ">chr1\nACGTTGCATGTAAGGCTTACGATCGATTACGATCGGCTA\n");
  program.write(
      "v.vcf",
      "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\nchr1\t20\trs1\tC\tA,<DEL>\t.\t.\t.\n"
      "chr1\t22\t.\tATC\tA\t.\t.\t.\n");
  const auto likelihoods = json::parse(program.run("variants --json --model run --genome g.fa v.vcf").out);
  REQUIRE(likelihoods["rows"].size() == 2);
  CHECK(likelihoods["skipped_symbolic"] == 1);
  const auto& snp = likelihoods["rows"][0];
  CHECK(snp["chrom"] == "chr1");
  CHECK(snp["pos"] == 20);
  CHECK(snp["id"] == "rs1");
  CHECK(snp["ref"] == "C");
  CHECK(snp["alt"] == "A");
  CHECK(snp["tokens_ref"] == 4);
  CHECK(snp["log_likelihood_ref"].get<double>() < 0);
  CHECK(snp["delta"].get<double>() ==
        Approx(snp["log_likelihood_alt"].get<double>() - snp["log_likelihood_ref"].get<double>()).margin(1e-4));
  CHECK(likelihoods["rows"][1]["tokens_ref"] == 6);
  CHECK(likelihoods["rows"][1]["tokens_alt"] == 4);

  program.write("t.tsv", "sequence\tlabel\nACGTACGGTAC\t0\nTTTTGGGACCA\t1\n");
  REQUIRE(program.run("finetune --quiet --train t.tsv --test t.tsv --model run --out tuned").code == 0);
  const auto classes = json::parse(program.run("variants --json --model tuned --genome g.fa v.vcf").out);
  const auto& row = classes["rows"][0];
  CHECK(row["ref_LABEL_0"].get<double>() + row["ref_LABEL_1"].get<double>() == Approx(1));
  CHECK(row["delta_LABEL_0"].get<double>() != 0);
  CHECK(row["delta_LABEL_0"].get<double>() == Approx(-row["delta_LABEL_1"].get<double>()).epsilon(1e-6));
  fails(program.run("variants --model tuned --genome g.fa --context 900 v.vcf"), 64,
        "--context 900: the model takes windows of at most");

  program.write("wrong.tsv", "chrom\tpos\tref\talt\nchr1\t20\tC\tA\nchr1\t21\tT\tA\n");
  fails(program.run("variants --model run --genome g.fa wrong.tsv"), 65,
        "wrong.tsv: line 3: the reference allele of chr1:21 is 'T', but the genome has 'G' there");
  program.write("odd.fa", ">chr1\nACGTTGCATGTAAGGCTTACGATCGATTACGATCGGCTA\n>n\nNNNNGNNNN\n>s\nACG\n");
  program.write("odd.vcf",
                "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n"
                "chr1\t20\t.\tc\tN,R,a,n\t.\t.\t.\nchr1\t0\t.\tN\t.[n:5[\t.\t.\t.\nn\t5\t.\tG\tA\t.\t.\t.\n"
                "s\t2\t.\tC\tT\t.\t.\t.\n");
  for (const std::string model : {"run", "tuned"}) {
    const auto odd = json::parse(program.run("variants --json --genome odd.fa odd.vcf --model " + model).out);
    REQUIRE(odd["rows"].size() == 1);
    CHECK(odd["rows"][0]["ref"] == "c");  // as it is written
    CHECK(odd["rows"][0]["alt"] == "a");
    CHECK(odd["alternatives"] == 1);
    CHECK(odd["skipped_ambiguous"] == 4);  // N, R and n; the G among Ns
    CHECK(odd["skipped_short"] == 1);
    CHECK(odd["skipped_telomeric"] == 1);
    CHECK(odd["skipped_symbolic"] == 0);
  }
  fails(program.run("variants --model run --genome none.fa v.vcf"), 66, "none.fa");
  fails(program.run("variants --model run --genome g.fa none.vcf"), 66, "none.vcf");
  fails(program.run("variants --model run --genome g.fa --context 8 v.vcf"), 64, "--context 8: at least 9 bases");
}

TEST_CASE("attention is exported beside predictions", "[cli]") {
  const Program program;
  pretrain(program);
  program.write("s.fa", kSequences);
  const std::string embed = "embed --model run s.fa --out e.npy ";
  REQUIRE(program.run(embed + "--attention all --attention-out maps").code == 0);
  CHECK_THAT(program.read("maps/000001_one.safetensors"),
             Catch::Contains("\"attention\":{\"dtype\":\"F32\",\"shape\":[2,") && Catch::Contains(",12,12]"));
  const auto track = program.read("maps/000002_two.bedgraph");
  CHECK_THAT(track, Catch::StartsWith("track type=bedGraph name=\"two\""));
  CHECK_THAT(track, Catch::Contains("\ntwo\t18\t19\t"));  // the last of 19 bases
  CHECK_THAT(program.read("maps/000002_two.svg"), Catch::StartsWith("<svg ") && Catch::Contains(">two: attention"));

  fails(program.run(embed + "--attention all --attention-out maps"), 64, "--attention-out maps has files in it");
  fails(program.run(embed + "--attention all --attention-out s.fa"), 64, "--attention-out s.fa is a file");
  fails(program.run(embed + "--attention 0"), 64, "belong together");
  fails(program.run(embed + "--attention 5 --attention-out m"), 64, "expected all, or numbers from 0 to 1");
  fails(program.run(embed + "--attention 0 --attention-out m --attention-limit 1"), 64, "raise --attention-limit");
  program.write("long.fa", ">l\n" + std::string(2000, 'A') + "\n");
  fails(program.run("embed --model run long.fa --out l.npy --attention 0 --attention-out m"), 65,
        "attention is shown of at most");
  CHECK_FALSE(program.has("l.npy"));
}
