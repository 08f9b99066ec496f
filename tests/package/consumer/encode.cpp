#include <cmgems/corpus/batch.h>
#include <cmgems/kmer/vocabulary.h>
#include <cmgems/nn/encoder.h>
#include <cmgems/nn/init.h>

#include <iostream>

int main() {
  const cmgems::kmer::Vocabulary vocabulary(3);
  cmgems::formats::BertShape shape;
  shape.vocab_size = vocabulary.size();
  shape.hidden_size = shape.intermediate_size = 16;
  shape.num_hidden_layers = shape.num_attention_heads = 1;
  cmgems::nn::Encoder encoder(shape);
  cmgems::nn::initialise(*encoder, cmgems::config::PositionInit::normal, 1);

  cmgems::corpus::RaggedBatch batch;
  append_window(batch, tokenize(vocabulary, "ACGTACGT"));  // 6 tokens, [CLS] and [SEP]
  cmgems::nn::Pass pass;
  const auto states = encoder->forward(cmgems::nn::to_ragged(batch, at::kCPU), nullptr, pass);
  std::cout << "states " << states.sizes() << '\n';
}
