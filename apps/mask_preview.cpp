#include "mask_preview.h"

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>

#include "cmgems/base/error.h"
#include "cmgems/base/log.h"
#include "cmgems/corpus/mask_statistics.h"
#include "cmgems/genome/reader.h"
#include "mask_drawing.h"
#include "result_table.h"

namespace cmgems::apps {
namespace {

using nlohmann::ordered_json;

struct Subject {
  std::string name;      // empty for a sequence on the command line
  std::string sequence;  // upper case
};

void tell_records(std::size_t count) {
  if (count < 2) return;
  log_info("showing the first of " + std::to_string(count) + " records; --stats measures all");
}

/// The first contig with all its letters; a .2bit file knows no others than A, C, G, T and N.
Subject first_contig(const genome::Genome& genome) {
  const auto& contig = genome.contigs().front();
  std::string letters(contig.length, 'N');
  for (const auto& segment : genome.segments()) {
    if (segment.contig != 0) break;
    for (std::uint64_t i = 0; i < segment.length; ++i) {
      letters[segment.contig_position + i] = genome::kBaseLetters[genome.base(segment.begin + i)];
    }
  }
  return {contig.name, std::move(letters)};
}

Subject read_subject(const std::string& input) {
  std::error_code ignored;
  if (std::filesystem::exists(input, ignored)) {
    if (genome::is_twobit(input)) {
      const auto genome = genome::read_genome({input});
      tell_records(genome.contigs().size());
      return first_contig(genome);
    }
    auto records = genome::read_fasta_records(input);
    tell_records(records.size());
    return {std::move(records.front().name), std::move(records.front().bases)};
  }
  std::string sequence = input;
  for (char& base : sequence) base = static_cast<char>(std::toupper(static_cast<unsigned char>(base)));
  std::replace(sequence.begin(), sequence.end(), 'U', 'T');
  if (sequence.find_first_not_of("ACGTN") != std::string::npos) {
    throw InputNotFound("'" + input.substr(0, 60) + "' is neither a file nor a sequence of ACGTUN");
  }
  return {"", sequence};
}

Drawing drawing_of(const std::string& sequence, const PreviewOptions& options, const npmi::Table* table) {
  const std::size_t longest = static_cast<std::size_t>(options.max_tokens + options.k - 1);
  Drawing drawing{sequence.substr(0, longest), {}, options.k, table, wants_colour()};
  drawing.tokens = kmer::tokenize(kmer::Vocabulary(options.k), drawing.sequence);
  if (drawing.tokens.empty()) {
    throw DataError("the sequence has " + std::to_string(sequence.size()) + " bases, too short for a k-mer of " +
                    std::to_string(options.k));
  }
  if (drawing.sequence.size() < sequence.size()) {
    log_info("showing the first " + std::to_string(longest) + " bases, one window");
  }
  return drawing;
}

ordered_json plan_json(const NamedPlan& named, int k) {
  ordered_json spans = ordered_json::array(), hidden = ordered_json::array();
  for (const auto& placed : named.plan.spans) {
    spans.push_back({{"first", placed.span.first},
                     {"last", placed.span.last},
                     {"centre", placed.centre},
                     {"rule", placed.is_pmi ? "pmi" : "single-nucleotide"}});
  }
  for (const auto& run : corpus::hidden_bases(named.plan, k)) {
    for (std::uint32_t base = run.first; base <= run.last; ++base) hidden.push_back(base);
  }
  return {{"strategy", named.strategy},
          {"masked", named.plan.positions},
          {"hidden_bases", hidden},
          {"spans", spans},
          {"pmi_spans", named.plan.pmi_spans},
          {"masked_twice", named.plan.covered_twice}};
}

void print_preview_json(const Drawing& drawing, const std::vector<NamedPlan>& plans, std::int64_t seed) {
  ordered_json json = {{"command", "mask"},
                       {"k", drawing.k},
                       {"seed", seed},
                       {"sequence", drawing.sequence},
                       {"tokens", drawing.tokens.size()},
                       {"npmi", nullptr},
                       {"strategies", ordered_json::array()}};
  if (drawing.table != nullptr) {
    json["npmi"] = ordered_json::array();
    for (const auto token : drawing.tokens) {
      const bool scored = drawing.table->has_score(token);
      json["npmi"].push_back(
          scored ? ordered_json(drawing.table->npmi[static_cast<std::size_t>(token - kmer::kFirstKmer)]) : nullptr);
    }
  }
  for (const auto& named : plans) json["strategies"].push_back(plan_json(named, drawing.k));
  std::cout << json.dump(2, ' ', false, ordered_json::error_handler_t::replace) << "\n";
}

void print_preview(const std::string& name, const Drawing& drawing, const std::vector<NamedPlan>& plans) {
  if (!name.empty()) std::cout << name << "\n";
  draw_masks(std::cout, drawing, plans);
  for (const auto& [strategy, plan] : plans) {
    const auto share = static_cast<double>(plan.positions.size()) / static_cast<double>(plan.tokens);
    std::cout << strategy << ": " << plan.positions.size() << " of " << plan.tokens << " tokens masked ("
              << percent(share) << "), " << plan.centres << " spans, of these " << plan.pmi_spans << " PMI spans, "
              << plan.covered_twice << " tokens masked twice\n";
  }
  draw_legend(std::cout, drawing);
}

}  // namespace

void preview_masks(const std::string& input, const PreviewOptions& options, const npmi::Table* table,
                   const std::vector<std::string>& names,
                   const std::vector<std::unique_ptr<masking::Masker>>& maskers) {
  const Subject subject = read_subject(input);
  const Drawing drawing = drawing_of(subject.sequence, options, table);
  std::vector<NamedPlan> plans;
  for (std::size_t i = 0; i < maskers.size(); ++i) {
    plans.push_back({names[i], {}});
    RandomStream random(static_cast<std::uint64_t>(options.seed), Purpose::mask);
    maskers[i]->plan(drawing.tokens, random, plans.back().plan);
  }
  options.json ? print_preview_json(drawing, plans, options.seed) : print_preview(subject.name, drawing, plans);
}

}  // namespace cmgems::apps
