// The sections of a report, each from the runs that have something to say about it. One that has nothing is left out,
// or says in a sentence what is missing.
#pragma once

#include <optional>

#include "document.h"
#include "runs.h"

namespace cmgems::apps::report {

/// Everything. REQUIRES: a run.
Document document_of(const Runs& runs);

std::vector<Headline> headlines_of(const Runs& runs);
Section overview_section(const Runs& runs);
std::optional<Section> notes_section(const Runs& runs);
std::optional<Section> perplexity_section(const Runs& runs);
std::optional<Section> training_section(const Runs& runs);
std::optional<Section> masks_section(const Runs& runs);
/// Reads npmi.tsv of the pretrainings. Throws: DataError (a damaged table), IoError.
std::optional<Section> npmi_section(const Runs& runs);
std::optional<Section> few_shot_section(const Runs& runs);
std::optional<Section> gue_section(const Runs& runs);
/// The first model against every other one that shares a task with it.
std::optional<Section> differences_section(const Runs& runs);
std::optional<Section> confusion_section(const Runs& runs);
Section repeat_section(const Runs& runs);

/// How the tables call a method of an evaluation: by its pretraining where that is in the report, too.
std::string method_name(const Runs& runs, const Evaluation& evaluation, const Method& method);
/// All runs, the pretrainings first.
std::vector<const Record*> records_of(const Runs& runs);
/// "3 pretrainings", "1 pretraining".
std::string counted(std::size_t number, const std::string& what);

}  // namespace cmgems::apps::report
