// cmgems import: a model folder out of files by other programs, and what is said of those that are none.
#include <nlohmann/json.hpp>

#include "program.h"
#include "support/small_model.h"

using cmgems::test::Program;
using nlohmann::json;

namespace {

/// A masked language model with a pooler, in the folder "old".
void write_old(const Program& program) {
  auto tensors = cmgems::test::small_masked_model();
  tensors.push_back({"bert.pooler.dense.weight", {4, 4}});
  program.write("old/pytorch_model.bin", cmgems::test::small_torch_file(tensors));
  program.write("old/config.json", cmgems::test::small_config());
  program.write("old/vocab.txt", cmgems::test::small_vocabulary());
}

}  // namespace

TEST_CASE("weights are imported and the result is told", "[cli]") {
  const Program program;
  write_old(program);
  const auto text = program.run("import old --out m");
  INFO(text.err);
  REQUIRE(text.code == 0);
  CHECK(text.out == "masked language model, k=3, 1 layers of 4, 607 parameters\nmodel folder: m\n");
  CHECK_THAT(text.err, Catch::Contains("left out") && Catch::Contains("bert.pooler.dense.weight"));
  for (const char* file : {"config.json", "model.safetensors", "vocab.txt", "tokenizer_config.json"}) {
    CHECK(program.has(std::string("m/") + file));
  }
  const auto result = json::parse(
      program.run("import old/pytorch_model.bin --config old/config.json --vocab old/vocab.txt --out n --json").out);
  CHECK(result["out"] == "n");
  CHECK(result["model"]["k"] == 3);
  CHECK(result["model"]["kind"] == "masked language model");
  CHECK(result["model"]["parameters"] == 607);
  CHECK(program.read("n/model.safetensors") == program.read("m/model.safetensors"));
  // The folder is a model for the other commands, and for import itself.
  CHECK(program.run("import m --out again").code == 0);
  CHECK(program.read("again/model.safetensors") == program.read("m/model.safetensors"));
}

TEST_CASE("a dry run lists what is in a file and writes nothing", "[cli]") {
  const Program program;
  write_old(program);
  const auto text = program.run("import old --dry-run --quiet");
  CHECK(text.code == 0);
  CHECK_THAT(text.out, Catch::Contains("bert.embeddings.word_embeddings.weight") && Catch::Contains("[69, 4]") &&
                           Catch::Contains("left out: belongs to a head"));
  const auto dry = program.run("import old --dry-run --json --out m");
  CHECK_FALSE(program.has("m"));
  const auto result = json::parse(dry.out);
  CHECK(result["out"].is_null());
  CHECK(result["missing"].empty());
  CHECK(result["tensors"].size() == 27);
  CHECK(result["tensors"][0]["use"] == "taken");
  CHECK(result["tensors"][26]["use"] == "left out");
  auto tensors = cmgems::test::small_masked_model();
  tensors[3].first = "bert.embeddings.norm";
  program.write("old/pytorch_model.bin", cmgems::test::small_torch_file(tensors));
  const auto odd = program.run("import old --dry-run");
  CHECK(odd.code == 65);
  CHECK_THAT(odd.out, Catch::Contains("unexpected") && Catch::Contains("missing: bert.embeddings.LayerNorm.weight"));
}

TEST_CASE("wrong inputs of import end with their exit codes", "[cli]") {
  const Program program;
  write_old(program);
  const auto check = [&](const std::string& arguments, int code, const std::string& message) {
    const auto outcome = program.run("import " + arguments);
    INFO(outcome.err);
    CHECK(outcome.code == code);
    CHECK(outcome.out.empty());
    CHECK_THAT(outcome.err, Catch::Contains(message));
    CHECK_FALSE(program.has("m"));
  };
  check("old", 64, "import needs --out");
  check("", 64, "weights is required");
  program.write("taken/x", "");
  check("old --out taken", 64, "--out taken exists");
  check("none --out m", 66, "no such file or folder: none");
  check("taken --out m", 66, "no weights in taken");
  check("old --config none.json --out m", 66, "no none.json");
  check("old --vocab none.txt --out m", 66, "no none.txt");
  program.write("words.txt", "[PAD]\n");
  check("old --vocab words.txt --out m", 65, "words.txt: only 1 words");
  program.write("lines.bin", "no model\n");
  check("lines.bin --config old/config.json --vocab old/vocab.txt --out m", 65, "neither a zip archive nor a pickle");
  auto code = cmgems::test::small_torch_file(cmgems::test::small_masked_model());
  code.replace(code.find("collections\nOrderedDict"), 23, "posix\nsystem");
  program.write("old/pytorch_model.bin", code);
  check("old --out m", 65,
        "asks for 'posix.system', which no dictionary of tensors needs; code in model files is never run");
  program.write("old/model.safetensors", "1234567");
  check("old --out m", 65, "model.safetensors is not a safetensors file");
  write_old(program);
  std::filesystem::remove(program.folder.path() / "old/model.safetensors");
  check("old --out taken/x/m", 74, "cannot create");
}
