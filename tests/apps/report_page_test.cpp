// Runs on paper: the same figures in HTML, Markdown and CSV, and nothing in names that could harm.
#include <cstdlib>
#include <set>
#include <sstream>

#include "report/escape.h"
#include "report/sections.h"
#include "report_runs.h"
#include "support/small_table.h"
#include "svg.h"

using namespace cmgems::apps::report;
using cmgems::test::TemporaryFolder;

namespace {

/// A pretraining, two fine-tunings of it, all in `folder`.
Document whole_document(const TemporaryFolder& folder) {
  cmgems::test::write_pretraining(folder, "p");
  auto table = cmgems::test::ordered_table(3);
  table.genome_hash = "by hand";
  cmgems::npmi::write_table(table, folder.path() / "p" / "npmi.tsv");
  const auto model = (folder.path() / "p" / "model").string();
  cmgems::test::write_few_shot(
      folder, "f", cmgems::test::few_shot_text(model, R"(["a note"])", R"(, "confusion": [[6, 4], [3, 7]])"));
  return document_of(read_runs({folder.path() / "p", folder.path() / "f"}));
}

std::string python() {
  if (const char* named = std::getenv("CMGEMS_TEST_PYTHON")) return named;
  return std::system("command -v python3 >/dev/null 2>&1") == 0 ? "python3" : "";
}

/// Of a Python program that reads a file: 0 when it agrees.
int agrees(const TemporaryFolder& folder, const std::string& program, const std::string& content) {
  const auto script = folder.write("check.py", program), file = folder.write("content", content);
  return std::system((python() + " '" + script.string() + "' '" + file.string() + "' >/dev/null").c_str());
}

/// Well-formed, all links within the page, nothing fetched, every id once, no markup that came from a name.
const std::string kReadPage = R"(
import re, sys
import xml.etree.ElementTree as tree
text = open(sys.argv[1], encoding='utf-8').read()
page = tree.fromstring(text)
ids = [e.get('id') for e in page.iter() if e.get('id')]
assert len(ids) == len(set(ids)), ids
for e in page.iter():
    name = e.tag.split('}')[-1]
    assert name not in ('script', 'link', 'img', 'iframe', 'object', 'b'), name
    assert not any(key.startswith('on') or key == 'src' for key in e.keys()), e.attrib
    if e.get('href'): assert e.get('href')[0] == '#' and e.get('href')[1:] in ids, e.get('href')
    if name == 'svg': assert e.get('aria-label') and e.get('role') == 'img'
assert not re.findall(r'(?:https?:)?//', text.replace('http://www.w3.org/2000/svg', ''))
assert 'url(' not in text and '@import' not in text
)";

const std::string kReadTable = R"(
import csv, sys
rows = list(csv.reader(open(sys.argv[1], encoding='utf-8', newline='')))
assert rows[0] == ['section', 'table', 'row', 'column', 'value'], rows[0]
assert all(len(row) == 5 for row in rows)
value = {(row[1], row[2], row[3]): row[4] for row in rows}
assert abs(float(value['prom-core-10', '1', 'accuracy']) - 0.65) < 1e-12
assert value['prom-core-10', '1', 'method'] == 'pretrained: cm-gems'
assert float(value['Perplexity by step', '3', 'cm-gems']) == 71.25
assert abs(float(value['prom-core-10', '1', 'accuracy deviation']) - 0.1 / 2 ** .5) < 1e-12
assert abs(float(value['prom-core-10', '1', '95% interval low']) - (0.65 - 0.05 * 12.70620473617)) < 1e-9
assert abs(float(value['prom-core-10', '1', '95% interval high']) - (0.65 + 0.05 * 12.70620473617)) < 1e-9
assert abs(float(value['prom-core-10', '1', 'against k-mers high']) - (0.075 + 0.025 * 12.70620473617)) < 1e-9
assert len(value) == len(rows), 'two values in one place'
)";

}  // namespace

TEST_CASE("the figures of runs are in every form of the report", "[report]") {
  const TemporaryFolder folder;
  const auto document = whole_document(folder);
  const auto page = to_html(document), text = to_markdown(document), table = to_csv(document);
  // 0.6 and 0.7: deviation .0707, and t(1, 97.5%) = 12.706 times .05 around .65
  for (const auto& form : {page, text}) {
    CHECK_THAT(form, Catch::Contains("0.650 ± 0.071") && Catch::Contains("0.015 to 1.285"));
    CHECK_THAT(form, Catch::Contains("71.25, on masks of genemask") && Catch::Contains("381,445"));
    CHECK_THAT(form, Catch::Contains("pretrained: cm-gems") && Catch::Contains("prom-core-10: a note"));
    CHECK_THAT(form, Catch::Contains("15.00%"));  // of genemask: 10% and 20% of as many tokens
    CHECK_THAT(form, Catch::Contains("--config") && Catch::Contains("7.25"));
    CHECK_THAT(form, Catch::Contains("published: DNABERT CM-GEMS 10K"));  // .594, table 4 of the paper
    CHECK_THAT(form, Catch::Contains("step 120: skipped, the loss is not finite"));
    CHECK_THAT(form, Catch::Contains("64 of 64 3-mers have a score") && Catch::Contains("0.9844"));  // 1 - 1/64
  }
  CHECK_THAT(page, Catch::Contains("switch to global after 100") && Catch::Contains("'a b'"));
  CHECK_THAT(table, Catch::Contains("Few labelled sequences,prom-core-10,1,method,pretrained: cm-gems\r\n"));
  CHECK_THAT(text, Catch::Contains("| pretrained: cm-gems | 0.650 ± 0.071 |"));
}

TEST_CASE("the page is well-formed and fetches nothing", "[report]") {
  if (python().empty()) CMGEMS_SKIP("no python3 to parse the page");
  const TemporaryFolder folder;
  CHECK(agrees(folder, kReadPage, to_html(whole_document(folder))) == 0);
}

TEST_CASE("the page is valid HTML", "[report]") {
  if (std::system("command -v tidy >/dev/null 2>&1") != 0) CMGEMS_SKIP("no tidy (HTML Tidy) to validate the page");
  const TemporaryFolder folder;
  const auto file = folder.write("page.html", to_html(whole_document(folder)));
  CHECK(std::system(("tidy -quiet -errors '" + file.string() + "' 2>'" + file.string() + ".errors'").c_str()) == 0);
}

TEST_CASE("the table of values reads back", "[report]") {
  if (python().empty()) CMGEMS_SKIP("no python3 to read the table");
  const TemporaryFolder folder;
  CHECK(agrees(folder, kReadTable, to_csv(whole_document(folder))) == 0);
}

TEST_CASE("no two tables have the same title", "[report]") {
  const TemporaryFolder folder;
  auto table = cmgems::test::ordered_table(3);
  for (const std::string name : {"x/run", "y/run"}) {
    cmgems::test::write_pretraining(folder, name);
    cmgems::npmi::write_table(table, folder.path() / name / "npmi.tsv");
  }
  auto document = document_of(read_runs({folder.path()}));
  CHECK_THAT(to_csv(document), Catch::Contains("NPMI scores,Best and worst k-mers of x/run,1,") &&
                                   Catch::Contains("NPMI scores,Best and worst k-mers of y/run,1,"));
  std::set<std::string> titles;
  for (const auto& section : document.sections) {
    for (const auto& block : section.blocks) {
      if (const auto* one = std::get_if<Table>(&block)) CHECK(titles.insert(one->title).second);
    }
  }
  CHECK(titles.size() > 5);
}

TEST_CASE("commands of all sessions are shown", "[report]") {
  const TemporaryFolder folder;
  cmgems::test::write_pretraining(folder, "a");
  folder.write("a/run.json", R"({"earlier_command_lines": [["cmgems", "pretrain", "--first"]], )" +
                                 cmgems::test::record_text("pretrain").substr(1));
  const auto text = to_markdown(document_of(read_runs({folder.path() / "a"})));
  CHECK_THAT(text, Catch::Contains("cmgems pretrain --first |\n| cm-gems | cmgems pretrain --set 'a b' |"));
}

TEST_CASE("seeds are a range only when each follows the one before", "[report]") {
  const TemporaryFolder folder;
  const auto seeds = [&](const std::string& first, const std::string& second, const std::string& third) {
    const auto run = [](const std::string& seed) { return R"({"seed": )" + seed + R"(, "accuracy": 0.5})"; };
    cmgems::test::write_few_shot(
        folder, "f",
        R"({"task": "t", "model": "random", "classes": 2, "pool": {"rows": 9}, "test": {"rows": 9},
                     "methods": [{"name": "m", "runs": [)" +
            run(first) + "," + run(second) + "," + run(third) + "]}]}");
    return std::get<Table>(overview_section(read_runs({folder.path() / "f"})).blocks[0]).rows[0][7].text;
  };
  CHECK(seeds("42", "43", "44") == "42 to 44");
  CHECK(seeds("42", "50", "44") == "42, 50, 44");
  CHECK(seeds("42", "43", "45") == "42, 43, 45");
}

TEST_CASE("names cannot harm", "[report]") {
  if (python().empty()) CMGEMS_SKIP("no python3 to parse the page");
  const TemporaryFolder folder;
  auto results = cmgems::test::few_shot_text("random", R"(["<script>alert(1)</script> | a & \"b\"", "=1+1"])",
                                             R"(, "confusion": [[6, 4], [3, 7]])");
  results.replace(results.find("k-mer logistic"), 5, R"(<b>|\"'\u0001\u202e)");
  results.replace(results.find("prom-core"), 9, "=HYPERLINK(1)");
  cmgems::test::write_few_shot(folder, "a <b>&|\"=c\xff\n", results);
  const auto document = document_of(read_runs({folder.path()}));
  CHECK(agrees(folder, kReadPage, to_html(document)) == 0);
  CHECK_THAT(to_csv(document), Catch::Contains("'=HYPERLINK(1)") && !Catch::Contains(",=HYPERLINK"));
  CHECK(to_markdown(document) == valid_text(to_markdown(document)));
  std::istringstream text(to_markdown(document));
  for (std::string line; std::getline(text, line);) {
    if (line.starts_with("    ")) continue;  // a command, which Markdown shows as it is
    CHECK(line.find("<script>") == std::string::npos);
    CHECK(line.find("<b>") == std::string::npos);
  }
}

TEST_CASE("what is missing is said and not drawn", "[report]") {
  const TemporaryFolder folder;
  cmgems::test::write_pretraining(folder, "a", cmgems::test::train_line(50, 4, "genemask", 0.1), false);
  auto page = to_html(document_of(read_runs({folder.path() / "a"})));
  CHECK_THAT(page, Catch::Contains("the run is unfinished") && Catch::Contains("No perplexity was measured yet") &&
                       Catch::Contains("50 of 150"));
  CHECK(page.find("id=\"npmi\"") == std::string::npos);
  std::filesystem::remove(folder.path() / "a" / "metrics.jsonl");
  page = to_html(document_of(read_runs({folder.path() / "a"})));
  CHECK_THAT(page, Catch::Contains("has no metrics.jsonl: its curves are left out"));
  CHECK(page.find("<svg") == std::string::npos);
  folder.write("f/run.json", cmgems::test::record_text("finetune", false));
  page = to_html(document_of(read_runs({folder.path() / "f"})));
  CHECK_THAT(page, Catch::Contains("No fine-tuning is finished yet") &&
                       Catch::Contains("f: the run is unfinished: none of its figures are in this report"));
}

TEST_CASE("saves that failed and damaged lines of timings are counted", "[report]") {
  const TemporaryFolder folder;
  cmgems::test::write_pretraining(folder, "a");
  folder.write("a/timing.jsonl", R"({"event":"save_failed","step":50,"reason":"no room"})"
                                 "\n"
                                 R"({"event":"interrupt","step":60,"reason":"a checkpoint is enough"})"
                                 "\n{}\n");
  const auto runs = read_runs({folder.path() / "a"});
  const auto training = training_section(runs), notes = notes_section(runs);
  REQUIRE((training && notes));
  CHECK(std::get<Table>(training->blocks[0]).rows[0].back().number == 1.0);
  CHECK(std::get<List>(notes->blocks[0]).entries ==
        std::vector<std::string>{"cm-gems: 1 damaged line of timing.jsonl left out",
                                 "cm-gems: 1 step left out, see the guards"});
}

TEST_CASE("a spike of the gradient is drawn however long the run is", "[report]") {
  const TemporaryFolder folder;
  std::string metrics;
  for (int i = 1; i <= 500; ++i) {
    auto line = cmgems::test::train_line(i, 500.0 / i, "genemask", 0.1);
    if (i == 250) line.replace(line.find("7.25"), 4, "64.5");
    metrics += line;
  }
  cmgems::test::write_pretraining(folder, "a", metrics, false);
  const auto section = training_section(read_runs({folder.path() / "a"}));
  REQUIRE(section);
  std::string figures, words;
  for (const auto& block : section->blocks) {
    const auto* figure = std::get_if<Figure>(&block);
    if (figure == nullptr) continue;
    figures += figure->wide;
    words += figure->alternative;
  }
  CHECK_THAT(figures, Catch::Contains("64.500</title>"));
  CHECK_THAT(words, Catch::Contains("500 at step 1, 1 at step 500"));  // not means of the first and the last few
}

TEST_CASE("texts are escaped for each form", "[report]") {
  CHECK(xml_escaped("<a href=\"x\">&\x01\xff") == "&lt;a href=&quot;x&quot;&gt;&amp;\xEF\xBF\xBD\xEF\xBF\xBD");
  CHECK(xml_escaped("a\tμ→") == "a\tμ→");
  CHECK(xml_escaped("\xC0\xAF\xED\xA0\x80") == "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
  CHECK(cmgems::apps::svg::escaped("<a>&\x01") == "&lt;a&gt;&amp;\xEF\xBF\xBD");
  CHECK(markdown_escaped("a|b_c_d *e* <i> [x](y)\n_z") == "a\\|b_c_d \\*e\\* &lt;i&gt; \\[x\\](y) \\_z");
  CHECK(csv_field("a,b") == "\"a,b\"");
  CHECK(csv_field("say \"x\"") == "\"say \"\"x\"\"\"");
  CHECK(csv_field("=1+1") == "'=1+1");
  CHECK(csv_field("@x") == "'@x");
  CHECK(csv_field("-0.05") == "-0.05");
  CHECK(csv_field("-1+cmd") == "'-1+cmd");
  CHECK(csv_field("") == "");
}
