#include "cmgems/train/checkpoint.h"

#include "cmgems/base/atomic_file.h"
#include "cmgems/base/error.h"
#include "cmgems/formats/checkpoint_folder.h"
#include "cmgems/nn/heads.h"
#include "cmgems/nn/weights.h"
#include "cmgems/train/checkpoint_options.h"
#include "support/catch_torch.h"
#include "support/faulty_disk.h"
#include "support/thrown.h"

using namespace cmgems;
using test::FaultyDisk;
namespace fs = std::filesystem;

namespace {

formats::BertShape small_shape() {
  formats::BertShape shape;
  shape.vocab_size = 69;
  shape.hidden_size = 8;
  shape.num_hidden_layers = 1;
  shape.num_attention_heads = 2;
  shape.intermediate_size = 8;
  return shape;
}

/// A model and an optimizer after one update with gradients of one.
struct Trained {
  nn::MaskedLm model{small_shape()};
  train::AdamW optimizer{*model, {}};
  explicit Trained(float start = 0.25F) {
    const torch::NoGradGuard no_grad;
    for (auto& parameter : model->parameters()) {
      parameter.fill_(start);
      parameter.mutable_grad() = torch::ones_like(parameter);
    }
    optimizer.step(0.01);
  }
  train::CheckpointContent content(std::int64_t step) const {
    train::CheckpointContent made;
    made.step = step;
    made.description = {small_shape(), 3, 0, "", formats::PositionInit::normal};
    train::copy_tensors(train::named_parameters(*model), made.weights);
    train::copy_tensors(optimizer.state(), made.optimizer);
    train::RunState state;
    state.step = step;
    made.state = train::to_json(state, 1, 4);
    made.files = {{"trainer_state.json", "{}\n"}};
    return made;
  }
};

bool equal(const train::NamedTensors& left, const train::NamedTensors& right) {
  for (std::size_t i = 0; i < left.size(); ++i) {
    if (left[i].first != right[i].first || !at::equal(left[i].second, right[i].second)) return false;
  }
  return left.size() == right.size();
}

}  // namespace

TEST_CASE("a checkpoint restores weights, moments and state, bit for bit", "[train]") {
  const test::TemporaryFolder run;
  const Trained trained;
  const auto bytes = train::write_checkpoint(run.path(), trained.content(7), {});
  const auto folder = run.path() / "checkpoint-7";
  CHECK(bytes == formats::read_manifest(folder).bytes());
  CHECK(bytes <= train::estimated_checkpoint_bytes(nn::parameter_count(*trained.model)));
  Trained other(9.0F);
  const auto state = train::load_checkpoint(folder, *other.model, other.optimizer);
  CHECK(state.step == 7);
  CHECK(equal(train::named_parameters(*other.model), train::named_parameters(*trained.model)));
  CHECK(equal(other.optimizer.state(), trained.optimizer.state()));
  CHECK(read_file(folder / "trainer_state.json") == "{}\n");
  CHECK(formats::read_model_description(folder).k == 3);
}

TEST_CASE("copies are made once and then used again", "[train]") {
  Trained trained;
  train::NamedTensors copies;
  train::copy_tensors(train::named_parameters(*trained.model), copies);
  const void* memory = copies.front().second.const_data_ptr();
  trained.optimizer.step(0.01);
  CHECK_FALSE(equal(copies, train::named_parameters(*trained.model)));
  train::copy_tensors(train::named_parameters(*trained.model), copies);
  CHECK(equal(copies, train::named_parameters(*trained.model)));
  CHECK(copies.front().second.const_data_ptr() == memory);
}

TEST_CASE("whatever call fails while a checkpoint is written, the one before is whole", "[train]") {
  const test::TemporaryFolder run;
  const Trained trained;
  const auto first = trained.content(1), second = trained.content(2);
  train::write_checkpoint(run.path(), first, {});
  const auto write = [&] { train::write_checkpoint(run.path(), second, {}); };
  const auto faults = test::all_faults(write);
  CHECK(faults.size() > 100);
  int failed = 0;
  for (const auto& fault : faults) {
    remove_tree(run.path() / "checkpoint-2");
    FaultyDisk disk(fault);
    std::string message;
    {
      const ReplacedFileSystem replaced(disk);
      message = test::message_of<IoError>(write);
    }
    failed += message.empty() ? 0 : 1;
    INFO(static_cast<int>(fault.call) << " " << fault.k << " " << fault.error << ": " << message);
    const auto entries = formats::list_checkpoints(run.path(), formats::Check::hashes);
    REQUIRE(!entries.empty());
    for (const auto& entry : entries) CHECK(entry.whole());
    CHECK(entries.back().step == 1);
    if (message.empty()) CHECK(entries.size() == 2);
    for (const auto& left : leftovers_in(run.path())) remove_tree(left.path);
  }
  CHECK(failed > 100);
}

TEST_CASE("whatever call fails while a checkpoint of the same step is replaced, one of them is whole", "[train]") {
  const test::TemporaryFolder run;
  const Trained trained;
  const auto content = trained.content(2);
  const auto again = [&] { train::write_checkpoint(run.path(), content, {}); };
  again();
  for (const auto& fault : test::all_faults_and_deaths(again)) {
    if (!fs::exists(run.path() / "checkpoint-2")) again();
    FaultyDisk disk(fault);
    {
      const ReplacedFileSystem replaced(disk);
      test::message_of<Error>(again);
    }
    formats::remove_leftovers(run.path(), {});
    INFO(static_cast<int>(fault.call) << " " << fault.k << " " << fault.error << " " << fault.exchanges);
    const auto entries = formats::list_checkpoints(run.path(), formats::Check::hashes);
    REQUIRE(entries.size() == 1);
    REQUIRE(entries[0].whole());
    REQUIRE(leftovers_in(run.path()).empty());
  }
}

TEST_CASE("a checkpoint of another shape is refused with the tensor", "[train]") {
  const test::TemporaryFolder run;
  const Trained trained;
  train::write_checkpoint(run.path(), trained.content(7), {});
  auto shape = small_shape();
  shape.intermediate_size = 16;
  nn::MaskedLm model(shape);
  train::AdamW optimizer(*model, {});
  CHECK_THROWS_AS(train::load_checkpoint(run.path() / "checkpoint-7", *model, optimizer), DataError);
}
