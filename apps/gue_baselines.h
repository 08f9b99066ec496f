// What a model fine-tuned on a GUE set is compared with, chosen on dev and scored on the same test rows.
#pragma once

#include "cmgems/tasks/gue_data.h"
#include "gue_result.h"

namespace cmgems::apps {

/// Logistic regression on k-mer counts, k and C of the lowest dev loss; its name says which.
StoredScores score_gue_kmers(const tasks::GueData& data, int threads);

/// What no constant prediction can beat: always the most frequent class of the test rows.
StoredScores score_gue_majority(const tasks::GueData& data);

}  // namespace cmgems::apps
