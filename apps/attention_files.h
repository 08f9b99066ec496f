// Attention of each sequence as files: all probabilities, importance of the bases, a picture.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "cmgems/infer/attention.h"
#include "command.h"

namespace cmgems::apps {

/// --attention, --attention-out, --attention-limit.
struct AttentionFlags {
  std::string layers;  // empty: no attention is asked for
  std::string out;
  std::uint64_t limit = 100;
};
void add_attention_flags(CLI::App& command, AttentionFlags& flags);
/// Throws: UsageError when one of --attention and --attention-out is given without the other, for an input that can be
/// read only once, and for a folder with something in it.
void check_attention_flags(const AttentionFlags& flags, const std::filesystem::path& input);

/// Writes N_ID.safetensors, N_ID.bedgraph and N_ID.svg for each sequence; nothing when no attention is asked for.
class AttentionFiles {
 public:
  /// Looks through the input first. Throws: UsageError (layers; more sequences than the limit); DataError (a sequence
  /// that is too long or too short).
  AttentionFiles(const AttentionFlags& flags, const infer::Model& model, const std::filesystem::path& input);
  void add(const tasks::SequenceRecord& record);

 private:
  const AttentionFlags& flags_;
  const infer::Model& model_;
  std::vector<int> layers_;
  std::uint64_t count_ = 0;
};

}  // namespace cmgems::apps
