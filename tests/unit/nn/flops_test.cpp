#include "cmgems/nn/flops.h"

#include "support/catch_torch.h"

using namespace cmgems;

TEST_CASE("work of a batch: who is attended to, and who is asked", "[nn]") {
  corpus::GlobalBatch batch;
  batch.micro_batches.resize(2);
  batch.micro_batches[0].ids = {2, 7, 8, 3, 2, 3};
  batch.micro_batches[0].cu_seqlens = {0, 4, 6};
  batch.micro_batches[0].masked = {1, 2};
  batch.micro_batches[1].ids = {2, 3};
  batch.micro_batches[1].cu_seqlens = {0, 2};
  const auto work = nn::work_of(batch);
  CHECK(work.attended == 3);     // (4 * 4 + 2 * 2 + 2 * 2) / 8
  CHECK(work.selected == 0.25);  // 2 / 8
}

TEST_CASE("operations of a token by hand", "[nn]") {
  formats::BertShape shape;
  shape.hidden_size = 4;
  shape.intermediate_size = 8;
  shape.vocab_size = 10;
  shape.num_hidden_layers = 2;
  // A layer: keys and values 4 H^2 = 64; queries and output 64, feed-forward 4 H F = 128, attention 4 S H = 48. The
  // head: 2 H^2 + 2 H V = 112. The second layer's queries, feed-forward and attention and the head for half of the
  // tokens.
  CHECK(nn::forward_flops(shape, {3, 0.5}) == 544);  // 64 + 240 + 64 + (240 + 112) / 2
}

TEST_CASE("operations of a DNABERT token, trained on windows of 512", "[nn]") {
  formats::BertShape shape;
  shape.hidden_size = 768;
  shape.intermediate_size = 3072;
  shape.vocab_size = 4101;
  shape.num_hidden_layers = 12;
  // Linear 12 * 14,155,776 = 169,869,312, attention 12 * 1,572,864 = 18,874,368, head 7,478,784; times 3.
  CHECK(nn::kTrainingFactor * nn::forward_flops(shape, {512, 1}) == 588'667'392);
}
