#include "cmgems/nn/pieces.h"

#include "cmgems/base/error.h"
#include "support/catch_torch.h"
#include "support/tiny_bert.h"

using namespace cmgems;
using namespace cmgems::nn;

namespace {

constexpr std::size_t kLongest = 4;

std::vector<kmer::TokenId> tokens(int first, int count) {
  std::vector<kmer::TokenId> all;
  for (int i = 0; i < count; ++i) all.push_back(5 + (first + 7 * i) % 64);
  return all;
}

/// Sequences of 3, 7 (pieces of 4 and 3) and 9 (3, 3, 3) tokens.
corpus::SequenceBatch three_sequences() {
  corpus::SequenceBatch batch;
  corpus::append_sequence(batch, tokens(1, 3), kLongest);
  corpus::append_sequence(batch, tokens(20, 7), kLongest);
  corpus::append_sequence(batch, tokens(40, 9), kLongest);
  return batch;
}

Classifier tiny_classifier() {
  auto shape = test::tiny_shape();
  shape.max_position_embeddings = 6;
  Classifier model(shape, 3, config::Pooling::cls);
  initialise(*model, config::PositionInit::normal, 3);
  for (auto& parameter : model->parameters()) parameter.set_data(parameter.detach() * 10);
  model->to(at::kDouble);
  return model;
}

double largest_difference(const at::Tensor& a, const at::Tensor& b) { return (a - b).abs().max().item<double>(); }

}  // namespace

TEST_CASE("means over pieces are weighted by their k-mers", "[nn]") {
  const auto rows =
      torch::tensor({{1.0, 2.0}, {7.0, 0.0}, {0.0, 7.0}, {3.0, 3.0}, {6.0, 0.0}, {9.0, 0.0}}, torch::kDouble);
  const auto means = mean_of_pieces(rows, three_sequences());
  CHECK(largest_difference(means, torch::tensor({{1.0, 2.0}, {4.0, 3.0}, {6.0, 1.0}}, torch::kDouble)) < 1e-12);
}

TEST_CASE("means go on over batches of pieces", "[nn]") {
  PieceMeans means;
  const corpus::PieceBatch begin{{}, {{1, true, true}, {0.5, true, false}}}, middle{{}, {{0.25, false, false}}},
      end{{}, {{0.25, false, true}, {1, true, true}}};
  const auto first = means.add(torch::tensor({{1.0F, 2.0F}, {4.0F, 0.0F}}), begin);
  CHECK(first.scalar_type() == at::kFloat);
  CHECK(largest_difference(first, torch::tensor({{1.0F, 2.0F}})) == 0);
  CHECK(means.add(torch::tensor({{0.0F, 8.0F}}), middle).sizes() == at::IntArrayRef({0, 2}));
  const auto last = means.add(torch::tensor({{4.0F, 4.0F}, {7.0F, 7.0F}}), end);
  CHECK(largest_difference(last, torch::tensor({{3.0F, 3.0F}, {7.0F, 7.0F}})) == 0);
}

TEST_CASE("a sequence of several pieces is scored by the mean of their pooled outputs", "[nn]") {
  torch::NoGradGuard no_grad;
  auto model = tiny_classifier();
  Pass pass;
  const auto of = [&](int first, int count) {
    corpus::RaggedBatch alone;
    corpus::append_window(alone, tokens(first, count));
    return model->pooled(to_ragged(alone, at::kCPU), pass);
  };
  // tokens(20, 7) are the pieces tokens(20, 4) and tokens(48, 3)
  const auto mean = (4 * of(20, 4) + 3 * of(48, 3)) / 7;
  const auto scores = classify(model, three_sequences(), Average::pooled, at::kCPU, pass);
  REQUIRE(scores.sizes() == at::IntArrayRef({3, 3}));
  CHECK(largest_difference(scores[1], model->score(mean, pass)[0]) < 1e-12);
  CHECK(largest_difference(scores[0], model->score(of(1, 3), pass)[0]) < 1e-12);
  const auto logits = classify(model, three_sequences(), Average::logits, at::kCPU, pass);
  const auto expected = (4 * model->score(of(20, 4), pass) + 3 * model->score(of(48, 3), pass)) / 7;
  CHECK(largest_difference(logits[1], expected[0]) < 1e-12);
  CHECK(largest_difference(logits[0], scores[0]) < 1e-12);
}

TEST_CASE("gradients flow through the mean of the pieces", "[nn]") {
  auto model = tiny_classifier();
  const auto weights = torch::randn({3, 3}, torch::kDouble);
  const auto loss = [&] {
    Pass pass;
    return (classify(model, three_sequences(), Average::pooled, at::kCPU, pass) * weights).sum();
  };
  loss().backward();
  auto word = model->bert->embeddings->word_embeddings->weight;
  const auto gradient = word.grad().clone();
  const auto token = tokens(48, 3)[1];  // in the second piece of the second sequence only
  torch::NoGradGuard no_grad;
  constexpr double kStep = 1e-6;
  for (std::int64_t h = 0; h < 3; ++h) {
    auto entry = word[token][h];
    const double before = entry.item<double>();
    entry.fill_(before + kStep);
    const double up = loss().item<double>();
    entry.fill_(before - kStep);
    const double down = loss().item<double>();
    entry.fill_(before);
    CHECK(gradient[token][h].item<double>() == Approx((up - down) / (2 * kStep)).margin(1e-7));
  }
}

TEST_CASE("a model without room for a k-mer is refused", "[nn]") {
  auto shape = test::tiny_shape();
  CHECK(longest_piece(shape) == 14);
  shape.max_position_embeddings = 2;
  CHECK_THROWS_AS(longest_piece(shape), DataError);
}
