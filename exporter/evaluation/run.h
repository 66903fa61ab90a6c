// Runs methods on labelled incidents and scores what they rank.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "common/result.h"
#include "exporter/dataset/case.h"
#include "exporter/dataset/walk.h"
#include "rca_core/methods/method.h"

namespace exporter::evaluation {

inline constexpr std::size_t kMost = 5;  // AC@1 … AC@5

// What is scored: the entity at fault (a database counts for its service), or its signal.
enum class Granularity { entity, signal };

struct Request {
  std::vector<const rca::Method*> methods;
  rca::MethodOptions options;
  Granularity granularity = Granularity::entity;
  std::size_t jobs = 1;  // cases at a time
};

// One method on one case.
struct Outcome {
  enum class State {
    ranked,
    failed,         // counts as a miss
    not_applicable  // an input of the method is not in the case
  };
  State state = State::failed;
  std::string reason;            // why it is not ranked
  std::vector<double> accuracy;  // AC@1 … AC@5; all 0 when it failed
  std::size_t place = 0;         // of the first true candidate, from 1; 0: not ranked
  double seconds = 0;            // wall time of the method alone
};

struct CaseOutcome {
  dataset::CaseFolder folder;
  std::string fault;
  std::optional<rca::Error> skipped;  // the case cannot be read, or says not what is at fault
  double seconds_reading = 0;         // wall time of reading the case
  std::vector<double> chance;         // AC@1 … AC@5 of a uniformly random order of the signals
  std::vector<Outcome> methods;       // in the order of the request
};

// Called with every ranking, from several threads at a time.
using RankingSink = std::function<rca::Result<void>(const dataset::CaseFolder& folder, const dataset::Case& one,
                                                    const rca::Ranking& ranking, const Outcome& outcome)>;
// Called after every case, one call at a time.
using Progress = std::function<void(std::size_t done, const dataset::CaseFolder& last)>;

// One outcome per case, in the order of `cases`. But for the seconds it is the same for any number of jobs. Errors:
// what `sink` gave first.
rca::Result<std::vector<CaseOutcome>> run(const Request& request, const std::vector<dataset::CaseFolder>& cases,
                                          const RankingSink& sink = {}, const Progress& progress = {});

// Scores a ranking, or an error, as `run` does.
Outcome score(const rca::Result<rca::Ranking>& ranking, const dataset::Case& one, Granularity granularity);

}  // namespace exporter::evaluation
