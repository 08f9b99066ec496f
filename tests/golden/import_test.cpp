// Files that PyTorch and transformers write, through import and back: byte-equal tensors, equal logits, names and
// tokens. Live, when CMGEMS_TEST_PYTHON names a Python with transformers.
#include "cmgems/formats/import.h"

#include <cstdlib>
#include <sstream>

#include "cmgems/base/atomic_file.h"
#include "cmgems/formats/safetensors.h"
#include "cmgems/kmer/vocabulary.h"
#include "support/catch.h"

using namespace cmgems;
namespace fs = std::filesystem;

namespace {

bool has_python() {
  const char* python = std::getenv("CMGEMS_TEST_PYTHON");
  return python != nullptr && *python != '\0';
}

/// Runs import_peer.py; -> its standard output. Fails the test when it fails.
std::string peer(const fs::path& folder, const std::string& arguments) {
  const auto log = folder / "peer.log", out = folder / "peer.out";
  const auto command = std::string(std::getenv("CMGEMS_TEST_PYTHON")) + " " +
                       (test::source_folder() / "tests/golden/import_peer.py").string() + " " + arguments + " >" +
                       out.string() + " 2>" + log.string();
  const int status = std::system(command.c_str());
  INFO(read_file(log));
  REQUIRE(status == 0);
  return read_file(out);
}

fs::path imported(const formats::ImportSource& source, const fs::path& out) {
  formats::write_import(formats::plan_import(source), out);
  return out;
}

}  // namespace

TEST_CASE("what torch.save wrote comes through import byte by byte, and transformers reads it", "[golden]") {
  if (!has_python()) CMGEMS_SKIP("CMGEMS_TEST_PYTHON names no Python with transformers");
  const test::TemporaryFolder folder;
  const auto at = [&](const std::string& name) { return folder.path() / name; };
  peer(folder.path(), "make " + folder.path().string());
  const formats::SafetensorsFile expected(at("expected.safetensors"));
  for (const std::string form : {"zip", "old", "four"}) {
    INFO(form);
    const auto model = imported({at(form + ".bin"), {}, {}}, at("from-" + form));
    const formats::SafetensorsFile found(model / "model.safetensors");
    CHECK(found.tensors().size() == expected.tensors().size());
    for (const auto& tensor : expected.tensors()) {
      INFO(tensor.name);
      REQUIRE(found.find(tensor.name) != nullptr);
      CHECK(formats::same_content(*found.find(tensor.name), tensor));
    }
  }
  for (const std::string form : {"masked", "shards", "classifier"}) {
    const auto model = imported({at(form), {}, {}}, at("from-" + form));
    peer(folder.path(), "compare " + model.string() + " " + at(form).string());
  }
  peer(folder.path(), "compare " + at("from-zip").string() + " " + at("masked").string());
  CHECK(formats::label_name(formats::read_model_description(at("from-classifier")), 2) == "unsure");
}

TEST_CASE("transformers' BertTokenizer gives the same tokens for k = 3 to 6", "[golden]") {
  if (!has_python()) CMGEMS_SKIP("CMGEMS_TEST_PYTHON names no Python with transformers");
  const std::string sequence = "ATCGATANCGGTTAACCATGCATGGGCTAATCGATT";
  for (int k = 3; k <= 6; ++k) {
    const test::TemporaryFolder folder;
    const kmer::Vocabulary vocabulary(k);
    formats::ModelDescription description;
    description.k = k;
    description.shape.vocab_size = vocabulary.size();
    formats::write_model_description(folder.path(), description);
    std::string text, expected = std::to_string(kmer::kCls);
    for (std::size_t i = 0; i + static_cast<std::size_t>(k) <= sequence.size(); ++i) {
      text += (i > 0 ? " " : "") + sequence.substr(i, static_cast<std::size_t>(k));
    }
    for (const auto token : kmer::tokenize(vocabulary, sequence)) expected += " " + std::to_string(token);
    expected += " " + std::to_string(kmer::kSep) + "\n";
    CHECK(peer(folder.path(), "tokenize " + folder.path().string() + " '" + text + "'") == expected);
  }
}
