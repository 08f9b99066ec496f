#include "cmgems/formats/import.h"

#include <algorithm>

#include "cmgems/base/atomic_file.h"
#include "cmgems/base/error.h"
#include "cmgems/formats/safetensors.h"
#include "support/catch.h"
#include "support/small_model.h"
#include "support/thrown.h"

using namespace cmgems;

namespace {

struct Source {
  test::TemporaryFolder folder;

  explicit Source(const test::SmallTensors& tensors, const std::string& more = "") {
    folder.write("pytorch_model.bin", test::small_torch_file(tensors));
    folder.write("config.json", test::small_config(more));
    folder.write("vocab.txt", test::small_vocabulary());
  }
  formats::ImportPlan plan() const { return formats::plan_import({folder.path(), {}, {}}); }
  std::filesystem::path out() const { return folder.path() / "model"; }
};

std::string bytes_of(const formats::SafetensorsFile& file, const std::string& name) {
  const auto* view = file.find(name);
  REQUIRE(view != nullptr);
  return {reinterpret_cast<const char*>(view->bytes.data()), view->bytes.size()};
}

}  // namespace

TEST_CASE("an old DNABERT file becomes a model folder") {
  auto tensors = test::small_masked_model();
  for (auto& [name, shape] : tensors) {  // as the oldest files spell them
    const auto end = name.find("LayerNorm.weight");
    if (end != std::string::npos) name = "module." + name.substr(0, end) + "LayerNorm.gamma";
  }
  tensors.push_back({"bert.pooler.dense.weight", {4, 4}});
  tensors.push_back({"bert.pooler.dense.bias", {4}});
  const Source source(tensors);
  const auto plan = source.plan();
  CHECK(plan.description.k == 3);
  CHECK(plan.description.classes == 0);
  REQUIRE(plan.notes.size() == 1);
  CHECK_THAT(plan.notes[0], Catch::Contains("left out (belongs to a head that this model does not have): "
                                            "bert.pooler.dense.weight, bert.pooler.dense.bias"));
  formats::write_import(plan, source.out());
  const formats::SafetensorsFile file(source.out() / "model.safetensors");
  CHECK(file.tensors().size() == test::small_masked_model().size());
  CHECK(bytes_of(file, "bert.embeddings.word_embeddings.weight") == std::string(69 * 4 * 4, 'A'));
  CHECK(bytes_of(file, "bert.embeddings.LayerNorm.weight") == std::string(16, 'D'));
  CHECK(formats::read_model_description(source.out()).shape.hidden_size == 4);
}

TEST_CASE("weights of a classifier make a classifier, whatever an old configuration says") {
  const Source source(test::small_classifier(),
                      R"("architectures": ["BertForMaskedLM"], "id2label": {"0": "no", "1": "weak", "2": "strong"},)");
  formats::write_import(source.plan(), source.out());
  const auto read = formats::read_model_description(source.out());
  CHECK(read.classes == 3);
  CHECK(formats::label_name(read, 2) == "strong");
  CHECK(formats::SafetensorsFile(source.out() / "model.safetensors").find("bert.pooler.dense.bias") != nullptr);
}

TEST_CASE("numbers of half the width are widened, and said") {
  auto file = test::small_torch_file(test::small_masked_model());
  const Source source(test::small_masked_model());
  // The first storage, 276 elements of the letter A, as HalfStorage.
  const auto type = file.find("FloatStorage");
  file.replace(type, 12, "HalfStorage");
  const auto first = file.find(std::string(69 * 4 * 4, 'A'));
  REQUIRE(first != std::string::npos);
  file.replace(first, 69 * 4 * 4, std::string(69 * 4 * 2, '\0').replace(1, 1, "\x3C"));  // 0x3C00 = 1
  source.folder.write("pytorch_model.bin", file);
  const auto plan = source.plan();
  CHECK(plan.notes == std::vector<std::string>{"tensors converted to fp32: 1"});
  formats::write_import(plan, source.out());
  const formats::SafetensorsFile written(source.out() / "model.safetensors");
  CHECK(bytes_of(written, "bert.embeddings.word_embeddings.weight").substr(0, 8) ==
        std::string("\0\0\x80\x3F\0\0\0\0", 8));
}

TEST_CASE("incomplete weights are listed and nothing is written") {
  auto tensors = test::small_masked_model();
  tensors.back().first = "cls.predictions.transform.norm.bias";
  const Source source(tensors);
  const auto message = test::message_of<DataError>([&] { formats::write_import(source.plan(), source.out()); });
  CHECK_THAT(message, Catch::Contains("missing cls.predictions.transform.LayerNorm.bias; unexpected "
                                      "cls.predictions.transform.norm.bias"));
  CHECK_FALSE(std::filesystem::exists(source.out()));
}

TEST_CASE("the configuration and the vocabulary may lie elsewhere") {
  const Source source(test::small_masked_model());
  const auto config = source.folder.write("elsewhere/c.json", read_file(source.folder.path() / "config.json"));
  const auto words = source.folder.write("elsewhere/words", read_file(source.folder.path() / "vocab.txt"));
  std::filesystem::remove(source.folder.path() / "config.json");
  CHECK_THROWS_AS(source.plan(), InputNotFound);
  std::filesystem::remove(source.folder.path() / "vocab.txt");
  const auto weights = source.folder.path() / "pytorch_model.bin";
  CHECK(formats::plan_import({weights, config, words}).description.k == 3);
  CHECK_THROWS_AS(formats::plan_import({weights, config, {}}), InputNotFound);
}
