// fit_consensus CASES [--weights] [--cases] [--items] [--update FILE] [DATASET…]
//
// Fits the weights of the method consensus on labelled incidents (rca_core/evidence/weighing.h). Prints the tables of
// docs/consensus.md: their figures are of weights that were fitted on all datasets but the one that is judged.
// --update FILE writes them into that page. --weights prints rca_core/evidence/consensus_weights.inc, fitted on all.
// --cases prints one line per incident,
// --items all evidence: dataset, incident, healthy or fault, entity, whether it is true, kind, signal, value.
#include <algorithm>
#include <cstdio>
#include <exception>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "tests/evaluation/fit_consensus/features.h"
#include "tests/evaluation/fit_consensus/fit.h"
#include "tests/evaluation/fit_consensus/report.h"

namespace {

const std::vector<std::string>& default_datasets() {
  static const std::vector<std::string> all = {
      "causalrca-sockshop", "changerca",      "edgedelta-rcb", "gentd26-semisynth",
      "latencyprism",       "nezha-ob-edges", "petshop",       "rcd-sockshop"};
  return all;
}

std::vector<fit::Judged> judge_left_out(const fit::Corpus& corpus) {
  std::vector<fit::Judged> judged;
  for (const std::string& left_out : corpus.datasets) {
    std::vector<std::string> others = corpus.datasets;
    std::erase(others, left_out);
    const fit::Weights weights = fit::fit_weights(corpus, others);
    for (const fit::Incident& incident : corpus.incidents) {
      if (incident.dataset == left_out) judged.push_back(fit::judge(incident, weights));
    }
  }
  return judged;
}

void print_cases(const std::vector<fit::Judged>& judged) {
  for (const fit::Judged& one : judged) {
    std::printf("%s\t%s\t%s\t%.2f\t%.2f\t%.3f\t%.3f\n", one.incident->dataset.c_str(), one.incident->id.c_str(),
                one.incident->healthy ? "healthy" : "fault", one.ac1, one.avg5, one.confidence, one.none);
  }
}

void print_items(const fit::Corpus& corpus) {
  for (const fit::Incident& incident : corpus.incidents) {
    for (const rca::EvidenceItem& item : incident.items) {
      const auto entity = std::find(incident.entities.begin(), incident.entities.end(), item.entity);
      const bool is_true = incident.true_ones[static_cast<std::size_t>(entity - incident.entities.begin())];
      std::printf("%s\t%s\t%s\t%s\t%d\t%s\t%s\t%.6g\n", incident.dataset.c_str(), incident.id.c_str(),
                  incident.healthy ? "healthy" : "fault", item.entity.c_str(), is_true ? 1 : 0, item.kind.c_str(),
                  item.signal.c_str(), item.value);
    }
  }
}

// Replaces what stands between the marks.
int update(const std::string& file, const std::string& tables) {
  std::ifstream in(file);
  std::string page((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  const std::size_t begin = page.find(fit::kBegin);
  const std::size_t end = page.find(fit::kEnd);
  if (begin == std::string::npos || end == std::string::npos || end < begin) {
    std::fprintf(stderr, "%s: has no place for the tables\n", file.c_str());
    return 1;
  }
  page.replace(begin + fit::kBegin.size(), end - begin - fit::kBegin.size(), tables);
  std::ofstream out(file);
  out << page;
  return out.good() ? 0 : 1;
}

int run(const std::vector<std::string>& arguments) {
  bool weights_only = false;
  bool cases = false;
  bool items = false;
  std::string root;
  std::string page;
  std::vector<std::string> datasets;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    if (argument == "--weights") {
      weights_only = true;
    } else if (argument == "--cases") {
      cases = true;
    } else if (argument == "--items") {
      items = true;
    } else if (argument == "--update" && i + 1 < arguments.size()) {
      page = arguments[++i];
    } else if (root.empty()) {
      root = argument;
    } else {
      datasets.push_back(argument);
    }
  }
  if (root.empty()) {
    std::fprintf(stderr, "usage: fit_consensus CASES [--weights] [--cases] [--items] [--update FILE] [DATASET…]\n");
    return 2;
  }
  const rca::Result<fit::Corpus> corpus = fit::read_corpus(root, datasets.empty() ? default_datasets() : datasets);
  if (!corpus.ok()) {
    std::fprintf(stderr, "%s\n", corpus.error().message.c_str());
    return 1;
  }
  if (items) {
    print_items(*corpus);
    return 0;
  }
  const fit::Weights weights = fit::fit_weights(*corpus, corpus->datasets);
  if (weights_only) {
    std::fputs(fit::weights_as_code(*corpus, weights).c_str(), stdout);
    return 0;
  }
  const std::vector<fit::Judged> judged = judge_left_out(*corpus);
  if (cases) print_cases(judged);
  const std::string tables = fit::tables(*corpus, weights, judged);
  if (!page.empty()) return update(page, tables);
  std::fputs(tables.c_str(), stdout);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(std::vector<std::string>(argv + 1, argv + argc));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
