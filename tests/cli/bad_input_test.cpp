// What a user gets for a bad input: the exit code, one clear message on stderr, nothing on stdout.
#include "program.h"

using cmgems::test::kTiny;
using cmgems::test::Outcome;
using cmgems::test::Program;

namespace {

constexpr int kUsage = 64, kData = 65, kNoInput = 66;

void check(const Outcome& outcome, int code, const std::vector<std::string>& fragments) {
  INFO("stderr: " << outcome.err);
  CHECK(outcome.code == code);
  CHECK(outcome.out.empty());
  for (const auto& fragment : fragments) CHECK_THAT(outcome.err, Catch::Contains(fragment));
}

/// 5000 bases that do not compress away: a fixed linear congruential sequence.
std::string fasta() {
  std::string text = ">chr1\n";
  std::uint32_t state = 7;
  for (int i = 0; i < 5000; ++i) {
    state = state * 1664525U + 1013904223U;
    text += "ACGT"[state >> 30];
    if (i % 50 == 49) text += '\n';
  }
  return text;
}

}  // namespace

TEST_CASE("genomes that are no genomes", "[cli]") {
  const Program program;
  check(program.run("npmi build --genome missing.fa --out t.tsv"), kNoInput, {"missing.fa"});

  program.write("empty.fa", "");
  check(program.run("npmi build --genome empty.fa --out t.tsv"), kData, {"empty.fa"});

  program.write("protein.fa",
                ">p\nMKTAYIAKQRQISFVKSHFSRQLEERLGLIEVQAPILSRVGDGTQDNLSGAEKAVQVKVKALPDAQFEVVHSLAKWKRQTLG\n");
  check(program.run("npmi build --genome protein.fa --out t.tsv"), kData, {"protein.fa", "protein"});

  program.write("whole.fa", fasta());
  const auto folder = program.folder.path().string();
  REQUIRE(std::system(("gzip -c '" + folder + "/whole.fa' | head -c 700 >'" + folder + "/cut.fa.gz'").c_str()) == 0);
  check(program.run("npmi build --genome cut.fa.gz --out t.tsv"), kData, {"cut.fa.gz"});
  CHECK_FALSE(program.has("t.tsv"));
}

TEST_CASE("regions that are not the genome's", "[cli]") {
  const Program program;
  program.write("g.fa", fasta());
  program.write("chr.bed", "chr\t0\t10\n");
  program.write("far.bed", "chr1\t0\t10\nchr1\t10\t5001\n");
  check(program.run("npmi build --genome g.fa --include chr.bed --out t.tsv"), kData,
        {"chr.bed: line 1: the genome has no contig 'chr'; did you mean 'chr1'?"});
  check(program.run("npmi build --genome g.fa --exclude far.bed --out t.tsv"), kData,
        {"far.bed: line 2: the end 5001 lies beyond contig 'chr1' of 5000 bases"});
  check(program.run("npmi build --genome g.fa --include none.bed --out t.tsv"), kNoInput, {"none.bed"});
  check(program.run("pretrain --config smoke.json --genome g.fa --set data.exclude=far.bed --out run"), kData,
        {"far.bed: line 2"});
  CHECK_FALSE(program.has("t.tsv"));
}

TEST_CASE("a damaged .2bit file", "[cli]") {
  const Program program;
  program.write("g.2bit", std::string("\x43\x27\x41\x1a\0\0\0\0\1\0\0\0\0\0\0\0\4chr", 20));
  check(program.run("npmi build --genome g.2bit --out t.tsv"), kData,
        {"g.2bit: the index holds less than it announces: the .2bit file is cut off or damaged"});
}

TEST_CASE("no genome or several: what was looked for and what to type", "[cli]") {
  const Program program;
  check(program.run("pretrain --config logo.json"), kNoInput,
        {"no genome was given", "data/genome", "cmgems pretrain --config logo.json --genome GENOME.fa"});
  check(program.run("pretrain --config logo.json", "CMGEMS_DATA=elsewhere"), kNoInput,
        {"elsewhere/genome or data/genome"});
  program.write("data/genome/a.fa", fasta());
  program.write("data/genome/b.fna.gz", "");
  check(program.run("pretrain --config logo.json"), kNoInput,
        {"several were found: data/genome/a.fa, data/genome/b.fna.gz",
         "cmgems pretrain --config logo.json --genome data/genome/a.fa"});
}

TEST_CASE("configurations with problems", "[cli]") {
  const Program program;
  check(program.run("pretrain --config smoke.json --set train.learning_rte=1"), kUsage,
        {"unknown key train.learning_rte; did you mean train.learning_rate?"});
  check(program.run("pretrain --config smoke.json --set masking.strategy=genmask"), kUsage,
        {"masking.strategy: expected one of random, ", ", cm-gems", "did you mean genemask?"});
  check(program.run("pretrain --config smoke.json --set train.max_steps=many"), kUsage,
        {"train.max_steps: expected a whole number", "found \"many\""});
  check(program.run("pretrain --config smoke.json --set train.learning_rate=-0.1 --set data.k=2"), kUsage,
        {"2 problems", "train.learning_rate: expected a number in 1e-12..10, found -0.1", "data.k: expected"});
  check(program.run("pretrain --config smoke.json --set train.warmup_steps=999999"), kUsage,
        {"train.warmup_steps (999999) must not exceed train.max_steps"});
  program.write("broken.json", "{\n  \"train\": {\"seed\": 1\n}");
  check(program.run("pretrain --config broken.json"), kUsage, {"broken.json: line 3, column 1", "too early"});
  check(program.run("pretrain --config logo-smal.json"), kNoInput, {"did you mean logo-small.json?"});
  check(program.run("pretrain"), kUsage, {"pretrain needs --config", "smoke.json"});
}

TEST_CASE("command lines with problems", "[cli]") {
  const Program program;
  check(program.run(""), kUsage, {"subcommand"});
  check(program.run("pretrian"), kUsage, {"unknown command 'pretrian'", "did you mean pretrain?"});
  check(program.run("npmi bild"), kUsage,
        {"unknown command 'bild': expected one of build, show, compare, motifs; did you mean build?"});
  check(program.run("pretrain --colour red"), kUsage, {"--colour"});
  check(program.run("npmi build --genome x.fa"), kUsage, {"--out"});
  check(program.run("npmi build -k 13 --genome builtin:synthetic --out t.tsv"), kUsage, {"-k: Value 13 not in range"});
  check(program.run("npmi build --definition papers --genome builtin:synthetic --out t.tsv"), kUsage,
        {"npmi.definition: expected one of auto, paper, genemask-release"});
  check(program.run("mask --strategy cm-gems ACGTACGTACGT"), kUsage, {"curriculum", "genemask"});
  check(program.run("mask --strategy random missing.fa"), kNoInput, {"'missing.fa' is neither a file nor a sequence"});
  check(program.run("mask --strategy random ACG"), kData, {"too short"});
  check(program.run("mask --strategy global -k 4 ACGTACGTACGT"), kUsage, {"cmgems npmi build -k 4"});
}

TEST_CASE("an NPMI table for another k", "[cli]") {
  const Program program;
  REQUIRE(program.run("npmi build -k 3 --genome builtin:synthetic --out three.tsv --quiet").code == 0);
  check(program.run("pretrain --config smoke.json --set npmi.table=three.tsv --out run"), kData,
        {"three.tsv holds 3-mers, but k is 4"});
  check(program.run("pretrain --config smoke.json --set npmi.table=builtin:human-6mer"), kData,
        {"builtin:human-6mer holds 6-mers, but k is 4"});
  REQUIRE(program.run("npmi build -k 9 --genome builtin:synthetic --out nine.tsv --quiet").code == 0);
  check(program.run("pretrain --config smoke.json --set npmi.table=nine.tsv --out run"), kData,
        {"nine.tsv holds 9-mers: tables of k > 8 are for npmi show and npmi compare"});
  CHECK(program.run("npmi show nine.tsv").code == 0);
  CHECK(program.run("npmi compare nine.tsv nine.tsv").code == 0);
  check(program.run("npmi show builtin:human"), kUsage, {"builtin:human-6mer@genemask-release"});
  check(program.run("npmi show none.tsv"), kNoInput, {"none.tsv"});
  CHECK_FALSE(program.has("run"));
}

TEST_CASE("NPMI options that the named table does not have", "[cli]") {
  const Program program;
  const auto refused = program.run("pretrain --out run" + kTiny +
                                   "--set data.k=6 --set npmi.table=builtin:human-6mer --set npmi.min_count=50");
  CHECK(refused.code == 64);
  CHECK_THAT(refused.err, Catch::Contains("are for tables that are counted"));
}

TEST_CASE("a named table of another definition than is asked for", "[cli]") {
  const Program program;
  REQUIRE(program.run("npmi build -k 4 --genome builtin:synthetic --out paper.tsv --quiet").code == 0);
  REQUIRE(program
              .run("npmi build -k 4 --genome builtin:synthetic --out release.tsv --quiet "
                   "--definition genemask-release")
              .code == 0);
  for (const std::string asked : {"variant=release", "npmi.definition=genemask-release"}) {
    check(
        program.run("pretrain --config smoke.json --out run --set npmi.table=paper.tsv --quiet --set " + asked), kUsage,
        {"the NPMI table paper.tsv was made under the definition paper, and npmi.definition or variant asks for "
         "genemask-release: npmi.table=paper.tsv@genemask-release scores its counts anew, npmi.definition=paper takes "
         "it as it is"});
  }
  CHECK_FALSE(program.has("run"));
  const std::string mask = "mask --strategy global ACGTTGCATATAAAAGGCACG --npmi ";
  check(program.run(mask + "release.tsv@paper -k 4 --quiet --set npmi.definition=genemask-release"), kUsage,
        {"npmi.table=release.tsv@genemask-release"});
  const auto definition = [&](const std::string& arguments) {
    const auto run = program.run(mask + arguments);
    CHECK(run.code == 0);
    return run.err;
  };
  CHECK_THAT(definition("release.tsv -k 4"), Catch::Contains("NPMI table: release.tsv, definition genemask-release"));
  CHECK_THAT(definition("paper.tsv@genemask-release -k 4 --set variant=release"),
             Catch::Contains("NPMI table: paper.tsv@genemask-release, definition genemask-release"));
  CHECK_THAT(definition("paper.tsv -k 4 --set variant=release --set npmi.definition=paper"),
             Catch::Contains("NPMI table: paper.tsv, definition paper"));
  CHECK_THAT(definition("auto --set variant=release"),
             Catch::Contains("NPMI table: builtin:human-6mer@genemask-release, definition genemask-release"));
}

TEST_CASE("a table that could not be written is refused before the counting", "[cli]") {
  const Program program;
  program.write("protein.fa", ">p\nMKTAYIAKQRQISFVKSHFSRQ\n");  // which would be refused next
  program.write("folder/file", "x");
  check(program.run("npmi build --genome protein.fa --out folder"), kUsage, {"folder is a folder: name a file"});
  check(program.run("npmi build --genome protein.fa --out folder/file/t.tsv"), kUsage, {"folder/file is a file"});
  check(program.run("npmi build --genome protein.fa --out new/t.tsv"), kData, {"protein"});
  CHECK_FALSE(program.has("new"));
  CHECK(program.run("npmi build -k 3 --genome builtin:synthetic --out new/sub/t.tsv").code == 0);
  CHECK(program.has("new/sub/t.tsv"));
}

TEST_CASE("what a pipe cannot give", "[cli]") {
  const Program program;
  program.write("g.fa", fasta());
  const auto piped = [&](const std::string& file, const std::string& arguments) {
    return program.shell("cat " + file + " | '" + CMGEMS_PROGRAM + "' " + arguments);
  };
  check(piped("g.fa", "mask --strategy global --quiet --npmi from-genome /dev/stdin"), kUsage,
        {"/dev/stdin is no plain file", "name a table with --npmi"});
  program.write("g.2bit", std::string("\x43\x27\x41\x1a\0\0\0\0\1\0\0\0\0\0\0\0\4chr", 20));
  check(piped("g.2bit", "npmi build --genome /dev/stdin --out t.tsv"), kData,
        {"/dev/stdin: .2bit is read from a plain file only"});
}

TEST_CASE("a folder where a file is expected", "[cli]") {
  const Program program;
  program.write("folder/file", "x");
  const auto refused = program.run("npmi show folder");
  CHECK(refused.code == 66);
  CHECK_THAT(refused.err, Catch::Contains("folder is a folder, a file was expected"));
}

TEST_CASE("labelled data with problems", "[cli]") {
  const Program program;
  program.write("good.tsv", "sequence\tlabel\nACGTACGTAC\t0\nTTGCATTGCA\t1\n");
  program.write("nolabels.tsv", "sequence\nACGTACGTAC\n");
  program.write("letters.tsv", "sequence\tlabel\nACGTACGTAC\tyes\n");
  program.write("one.tsv", "sequence\tlabel\nACGTACGTAC\t0\n");
  const std::string rest = " --test good.tsv --model random --config smoke.json";
  check(program.run("finetune --train nolabels.tsv" + rest), kData, {"nolabels.tsv", "label"});
  check(program.run("finetune --train letters.tsv" + rest), kData, {"letters.tsv: a single label, 'yes'"});
  check(program.run("finetune --test good.tsv --model random"), kUsage, {"name the training table, too"});
  check(program.run("finetune --train good.tsv --model random"), kData, {"class 0 has a single row"});
  check(program.run("finetune --train good.tsv --split 0.5" + rest), kUsage, {"--split and --test exclude each other"});
  check(program.run("finetune --train good.tsv --split 0.95 --model random"), kUsage, {"finetune.test_share"});
  program.write("bad.tsv", "sequence\tlabel\nACGTACGTAC\ta\nACG\tb\nTT-CATTGCA\tb\n");
  check(program.run("finetune --train bad.tsv" + rest), kData,
        {"bad.tsv: 2 of 3 rows cannot be used", "line 3: 3 bases, fewer than one k-mer of 4", "line 4: '-'",
         "--set finetune.bad_rows=skip"});
  check(program.run("finetune --train one.tsv --test one.tsv --model random"), kData, {"a single label"});
  check(program.run("finetune --train good.tsv --shots 5" + rest), kData, {"good.tsv", "5 rows of class 0"});
  CHECK_FALSE(program.has("runs"));
}

TEST_CASE("tasks and models that are not there", "[cli]") {
  const Program program;
  check(program.run("finetune --model random"), kUsage, {"finetune needs --task", "prom-core"});
  check(program.run("finetune --task prom --model random"), kUsage, {"unknown task 'prom'", "prom-core"});
  check(program.run("finetune --task prom-core --model random"), kNoInput, {"prom-core"});
  check(program.run("finetune --task synthetic --shots 0 --model random"), kUsage,
        {"finetune.shots: expected a whole number in 1..1000000, an array of such or null, found 0"});
  check(program.run("finetune --task synthetic --shots 5,5 --model random"), kUsage, {"names a number twice"});
  check(program.run("finetune --task synthetic,synthetic --model random"), kUsage, {"--task names synthetic twice"});
  check(program.run("finetune --task synthetic --shots 5,500 --model random"), kData, {"ask for fewer shots"});
  check(program.run("finetune --task all --model random"), kNoInput,
        {"no task of --task all has its files", "task 'prom-core'", "task 'sil-300'", "put its <N>/train.tsv"});
  check(program.run("finetune --resume"), kNoInput, {"no unfinished fine-tuning was found under runs/"});
  check(program.run("finetune --resume gone"), kNoInput, {"no run at gone", "cmgems finetune"});
  check(program.run("finetune --resume gone --shots 5"), kUsage, {"--resume goes on with the settings of the run"});
  check(program.run("finetune --task synthetic --set finetune.freeze=layers --set finetune.trained_layers=9 --model "
                    "random --config smoke.json"),
        kUsage, {"finetune.trained_layers is 9, but the model has only 2 layers"});
  check(program.run("finetune --task synthetic"), kNoInput,
        {"no model was given", "cmgems finetune --task synthetic --model RUN"});
  check(program.run("finetune --task synthetic --model gone"), kNoInput, {"no model at gone"});
  CHECK_FALSE(program.has("runs"));
}
