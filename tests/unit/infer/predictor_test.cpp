#include "cmgems/infer/predictor.h"

#include <cmath>

#include "cmgems/base/error.h"
#include "cmgems/base/random.h"
#include "support/catch_torch.h"
#include "support/thrown.h"
#include "support/tiny_model.h"

using namespace cmgems;

namespace {

tasks::SequenceRecord record(const std::string& id, std::string sequence, std::optional<std::string> label = {}) {
  return {id, std::move(sequence), label, "t.tsv: sequence 1 ('" + id + "')"};
}

std::vector<tasks::SequenceRecord> random_records() {
  std::vector<tasks::SequenceRecord> records;
  RandomStream random(5, Purpose::synthetic);
  for (const int length : {9, 9, 200, 3, 16, 40}) {
    std::string bases;
    for (int i = 0; i < length; ++i) bases += "ACGT"[random.below(4)];
    records.push_back(record("s" + std::to_string(records.size()), bases));
  }
  return records;
}

struct Row {
  std::string id;
  int label;
  std::vector<double> probabilities;
};

std::vector<Row> predict(infer::Model& model, const std::vector<tasks::SequenceRecord>& records,
                         nn::Average average = nn::Average::pooled) {
  std::vector<Row> rows;
  infer::Predictor predictor(model, average, [&](const infer::Prediction& prediction) {
    rows.push_back(
        {prediction.id, prediction.label, {prediction.probabilities.begin(), prediction.probabilities.end()}});
  });
  for (const auto& each : records) predictor.add(each);
  predictor.finish();
  return rows;
}

}  // namespace

TEST_CASE("probabilities come in order and do not depend on the token budget", "[infer]") {
  test::TemporaryFolder folder;
  test::write_tiny_model(folder.path() / "m", 3);
  auto wide = infer::load_model(folder.path() / "m", test::tiny_runtime());
  auto narrow = infer::load_model(folder.path() / "m", test::tiny_runtime(20));
  const auto records = random_records();
  const auto a = predict(wide, records), b = predict(narrow, records),
             logits = predict(wide, records, nn::Average::logits);
  REQUIRE(a.size() == records.size());
  REQUIRE(b.size() == records.size());
  for (std::size_t i = 0; i < records.size(); ++i) {
    CHECK(a[i].id == records[i].id);
    double sum = 0;
    for (std::size_t c = 0; c < 3; ++c) {
      sum += a[i].probabilities[c];
      CHECK(a[i].probabilities[c] == Approx(b[i].probabilities[c]).epsilon(1e-5));
      CHECK(a[i].probabilities[static_cast<std::size_t>(a[i].label)] >= a[i].probabilities[c]);
    }
    CHECK(sum == Approx(1));
  }
  for (const std::size_t i : {0, 2}) {  // the last layer is linear: both averages are the same but for rounding
    for (std::size_t c = 0; c < 3; ++c) {
      CHECK(a[i].probabilities[c] == Approx(logits[i].probabilities[c]).epsilon(1e-5));
    }
  }
  CHECK(a[0].probabilities != a[1].probabilities);
}

TEST_CASE("what a model cannot be asked is said", "[infer]") {
  test::TemporaryFolder folder;
  test::write_tiny_model(folder.path() / "classifier", 2);
  test::write_tiny_model(folder.path() / "masked", 0);
  auto classifier = infer::load_model(folder.path() / "classifier", test::tiny_runtime());
  auto masked = infer::load_model(folder.path() / "masked", test::tiny_runtime());
  CHECK(infer::label_names(classifier.description) == std::vector<std::string>{"LABEL_0", "LABEL_1"});
  CHECK_THAT(test::message_of<UsageError>([&] { predict(masked, {}); }), Catch::Contains("fine-tune it first"));
  CHECK(test::message_of<DataError>([&] { predict(classifier, {record("x", "AC")}); }) ==
        "t.tsv: sequence 1 ('x') has 2 bases, fewer than one k-mer of 3; remove it");
  CHECK(test::message_of<DataError>([&] { predict(classifier, {record("x", "ACGT", "2")}); }) ==
        "t.tsv: sequence 1 ('x') has label '2', but the model has the classes 0 (LABEL_0) to 1 (LABEL_1)");
  CHECK(predict(classifier, {record("n", "ANNNNT")}).size() == 1);  // all [UNK]: still a sequence
}

TEST_CASE("a label is the name of a class, else its number", "[infer]") {
  test::TemporaryFolder folder;
  test::write_tiny_model(folder.path() / "m", 3);
  auto model = infer::load_model(folder.path() / "m", test::tiny_runtime());
  model.description.labels = {"coding", "0", "intron"};
  std::vector<int> expected;
  infer::Predictor predictor(model, nn::Average::pooled, [&](const infer::Prediction& prediction) {
    expected.push_back(prediction.expected.value_or(-1));
  });
  const std::vector<std::optional<std::string>> labels{"intron", "0", "2", {}};
  for (const auto& label : labels) predictor.add(record("s", "ACGTACG", label));
  predictor.finish();
  CHECK(expected == std::vector<int>{2, 1, 2, -1});
  for (const std::string label : {"exon", "-1", "3", "1.0"}) {
    CHECK_THAT(
        test::message_of<DataError>([&] { predictor.add(record("x", "ACGT", label)); }),
        Catch::Contains("('x') has label '" + label + "', but the model has the classes 0 (coding) to 2 (intron)"));
  }
}

TEST_CASE("a model whose weights are not finite predicts nothing", "[infer]") {
  test::TemporaryFolder folder;
  test::write_tiny_model(folder.path() / "m", 2);
  auto model = infer::load_model(folder.path() / "m", test::tiny_runtime());
  model.classifier->classifier->bias.data().fill_(std::nan(""));
  CHECK_THAT(test::message_of<DataError>([&] { predict(model, {record("x", "ACGT")}); }),
             Catch::StartsWith("t.tsv: sequence 1 ('x'): the model's answer is no finite number: its weights are not"));
}
