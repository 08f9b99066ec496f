// What a user gets for a bad input: the exit code, one clear message on stderr, nothing on stdout.
#include <map>
#include <nlohmann/json.hpp>

#include "program.h"

using cmgems::test::kTiny;
using cmgems::test::Outcome;
using cmgems::test::Program;

namespace {

constexpr int kUsage = 64, kData = 65;

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

TEST_CASE("every bad input ends with its exit code and its message, and leaves nothing", "[cli]") {
  const Program program;
  const auto folder = std::filesystem::canonical(program.folder.path()).string();
  const auto entries = [&] { return std::distance(std::filesystem::recursive_directory_iterator(folder), {}); };
  std::ifstream file(cmgems::test::source_folder() / "tests" / "golden" / "bad_input.jsonl");
  std::string line;
  std::getline(file, line);
  const auto files = nlohmann::json::parse(line).at("files").get<std::map<std::string, std::string>>();
  for (const auto& [name, text] : files) program.write(name, text);
  const auto before = entries();
  int rows = 0;
  for (; std::getline(file, line); ++rows) {
    const auto row = nlohmann::json::parse(line);
    auto outcome = program.run(row["arguments"].get<std::string>(), row["environment"].get<std::string>());
    for (auto at = outcome.err.find(folder); at != std::string::npos; at = outcome.err.find(folder)) {
      outcome.err.replace(at, folder.size(), "FOLDER");
    }
    INFO(row["arguments"] << ": scripts/golden/bad_input.py writes what is expected");
    CHECK(outcome.code == row["code"].get<int>());
    CHECK(outcome.err == row["stderr"].get<std::string>());
    CHECK(outcome.out.empty());
    CHECK(entries() == before);
  }
  CHECK(rows == 83);
}

TEST_CASE("a compressed genome that was cut off", "[cli]") {
  const Program program;
  program.write("whole.fa", fasta());
  const auto folder = program.folder.path().string();
  REQUIRE(std::system(("gzip -c '" + folder + "/whole.fa' | head -c 700 >'" + folder + "/cut.fa.gz'").c_str()) == 0);
  check(program.run("npmi build --genome cut.fa.gz --out t.tsv"), kData, {"cut.fa.gz"});
  CHECK_FALSE(program.has("t.tsv"));
}

TEST_CASE("command lines that the parser refuses", "[cli]") {
  const Program program;
  check(program.run(""), kUsage, {"subcommand"});
  check(program.run("pretrian"), kUsage, {"unknown command 'pretrian'", "did you mean pretrain?"});
  check(program.run("pretrain --colour red"), kUsage, {"--colour"});
  check(program.run("npmi build --genome x.fa"), kUsage, {"--out"});
  check(program.run("npmi build -k 13 --genome builtin:synthetic --out t.tsv"), kUsage, {"-k: Value 13 not in range"});
}

TEST_CASE("an NPMI table of a k that no model has", "[cli]") {
  const Program program;
  REQUIRE(program.run("npmi build -k 9 --genome builtin:synthetic --out nine.tsv --quiet").code == 0);
  check(program.run("pretrain --config smoke.json --set npmi.table=nine.tsv --out run"), kData,
        {"nine.tsv holds 9-mers: tables of k > 8 are for npmi show and npmi compare"});
  CHECK(program.run("npmi show nine.tsv").code == 0);
  CHECK(program.run("npmi compare nine.tsv nine.tsv").code == 0);
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
