// Draws mask plans under their sequence.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "cmgems/masking/masker.h"
#include "cmgems/npmi/table.h"

namespace cmgems::apps {

struct NamedPlan {
  std::string strategy;
  masking::MaskPlan plan;
};

struct Drawing {
  std::string sequence;
  std::vector<kmer::TokenId> tokens;
  int k = 6;
  const npmi::Table* table = nullptr;  // null: no line of NPMI
  bool colour = false;
};

/// One letter a token: '.' shown, 'n' masked by a single-nucleotide span, 'P' by a PMI span, 'B' by both kinds.
std::string rule_letters(const masking::MaskPlan& plan);

/// Blocks of lines: the bases, the NPMI of the token that begins under each base as a bar, and for each strategy what
/// is masked by which rule and which bases are hidden.
void draw_masks(std::ostream& out, const Drawing& drawing, const std::vector<NamedPlan>& plans);
/// What the letters, bars and marks mean.
void draw_legend(std::ostream& out, const Drawing& drawing);

/// Standard output is a terminal, and neither NO_COLOR nor TERM=dumb speaks against colour.
bool wants_colour();

}  // namespace cmgems::apps
