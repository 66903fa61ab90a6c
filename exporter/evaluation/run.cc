#include "exporter/evaluation/run.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <exception>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

#include "rca_core/evaluation/accuracy.h"

namespace exporter::evaluation {
namespace {

using rca::Error;
using rca::ErrorKind;
using rca::Result;

std::vector<std::string> truth_of(const dataset::Case& one, Granularity granularity) {
  if (granularity == Granularity::signal) return {one.true_signal};
  std::vector<std::string> names;
  for (const std::string& service : one.truth.services) names.push_back(rca::service_of(service));
  return rca::distinct(names);
}

std::string name_of(const std::string& entity, const std::string& role, Granularity granularity) {
  return granularity == Granularity::signal ? entity + "_" + role : rca::service_of(entity);
}

std::vector<std::string> ranked_names(const rca::Ranking& ranking, Granularity granularity) {
  const auto& candidates = granularity == Granularity::signal ? ranking.signals : ranking.entities;
  std::vector<std::string> names;
  names.reserve(candidates.size());
  for (const rca::Candidate& candidate : candidates) {
    names.push_back(name_of(candidate.entity, candidate.signal, granularity));
  }
  return rca::distinct(names);
}

std::vector<double> chance_of(const dataset::Case& one, Granularity granularity) {
  const std::vector<std::string> truth = truth_of(one, granularity);
  std::map<std::string, std::size_t> signals;
  for (const rca::Signal& signal : one.data.frame.signals) ++signals[name_of(signal.entity, signal.role, granularity)];
  std::size_t own = 0;
  for (const std::string& name : truth) {
    if (const auto it = signals.find(name); it != signals.end()) {
      own += it->second;
      signals.erase(it);
    }
  }
  std::vector<std::size_t> others;
  others.reserve(signals.size());
  for (const auto& [name, count] : signals) others.push_back(count);
  return rca::chance_accuracy(others, own, kMost);
}

bool finite(const std::vector<rca::Candidate>& candidates) {
  return std::all_of(candidates.begin(), candidates.end(),
                     [](const rca::Candidate& candidate) { return std::isfinite(candidate.score); });
}

// What is missing for this granularity.
std::optional<Error> not_scorable(const dataset::Case& one, Granularity granularity, const std::string& path) {
  if (granularity == Granularity::entity) return std::nullopt;
  if (one.true_signal.empty()) {
    return Error{ErrorKind::missing_input, path + "/truth.json: missing, or names no metric at fault"};
  }
  for (const rca::Signal& signal : one.data.frame.signals) {
    if (name_of(signal.entity, signal.role, granularity) == one.true_signal) return std::nullopt;
  }
  return Error{ErrorKind::missing_input, path + "/truth.json: the metric at fault is not in the metrics"};
}

Result<rca::Ranking> rank_safely(const rca::Method& method, const rca::IncidentView& view,
                                 const rca::MethodOptions& options) {
  try {
    return method.rank(view, options);
  } catch (const std::exception& error) {  // out of memory, or a bug: the other cases go on
    return Error{ErrorKind::internal, error.what()};
  }
}

double seconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

class Runner {
 public:
  Runner(const Request& request, const std::vector<dataset::CaseFolder>& cases, const RankingSink& sink,
         const Progress& progress)
      : request_(request), cases_(cases), sink_(sink), progress_(progress), outcomes_(cases.size()) {}

  Result<std::vector<CaseOutcome>> run() {
    const std::size_t jobs = std::clamp<std::size_t>(request_.jobs, 1, std::max<std::size_t>(cases_.size(), 1));
    {
      std::vector<std::jthread> workers;
      for (std::size_t i = 1; i < jobs; ++i) workers.emplace_back([this] { work(); });
      work();
    }
    if (failure_) return *failure_;
    return std::move(outcomes_);
  }

 private:
  void work() {
    for (std::size_t i = next_++; i < cases_.size() && !stop_; i = next_++) {
      outcomes_[i] = run_case(cases_[i]);
      const std::lock_guard lock(mutex_);
      ++done_;
      if (progress_) progress_(done_, cases_[i]);
    }
  }

  CaseOutcome run_case(const dataset::CaseFolder& folder) {
    CaseOutcome out;
    out.folder = folder;
    const auto begin = std::chrono::steady_clock::now();
    auto one = read(folder);
    out.seconds_reading = seconds_since(begin);
    if (!one.ok()) {
      out.skipped = one.error();
      return out;
    }
    out.fault = one->truth.fault;
    out.skipped = not_scorable(*one, request_.granularity, folder.path.string());
    if (out.skipped) return out;
    out.chance = chance_of(*one, request_.granularity);
    for (const rca::Method* method : request_.methods) {
      if (stop_) break;
      out.methods.push_back(run_method(*method, folder, *one));
    }
    return out;
  }

  static Result<dataset::Case> read(const dataset::CaseFolder& folder) {
    try {
      return dataset::read_case(folder.path);
    } catch (const std::exception& error) {
      return Error{ErrorKind::internal, folder.path.string() + ": " + error.what()};
    }
  }

  Outcome run_method(const rca::Method& method, const dataset::CaseFolder& folder, const dataset::Case& one) {
    const auto begin = std::chrono::steady_clock::now();
    const auto ranking = rank_safely(method, one.data.view(), request_.options);
    const double taken = seconds_since(begin);
    Outcome outcome = score(ranking, one, request_.granularity);
    outcome.seconds = taken;
    if (sink_ && ranking.ok()) {
      if (auto written = sink_(folder, one, *ranking, outcome); !written.ok()) {
        const std::lock_guard lock(mutex_);
        if (!failure_) failure_ = written.error();
        stop_ = true;
      }
    }
    return outcome;
  }

  const Request& request_;
  const std::vector<dataset::CaseFolder>& cases_;
  const RankingSink& sink_;
  const Progress& progress_;
  std::vector<CaseOutcome> outcomes_;
  std::atomic<std::size_t> next_ = 0;
  std::atomic<bool> stop_ = false;
  std::mutex mutex_;
  std::size_t done_ = 0;
  std::optional<Error> failure_;
};

}  // namespace

Outcome score(const Result<rca::Ranking>& ranking, const dataset::Case& one, Granularity granularity) {
  Outcome out;
  out.accuracy.assign(kMost, 0.0);
  if (!ranking.ok()) {
    const Error& error = ranking.error();
    out.state = error.kind == ErrorKind::missing_input ? Outcome::State::not_applicable : Outcome::State::failed;
    out.reason = error.message;
    return out;
  }
  if (!finite(ranking->entities) || !finite(ranking->signals)) {
    out.reason = "the ranking has a score that is not finite";
    return out;
  }
  const std::vector<std::string> names = ranked_names(*ranking, granularity);
  const std::vector<std::string> truth = truth_of(one, granularity);
  out.state = Outcome::State::ranked;
  out.accuracy = rca::accuracy_at(names, truth, kMost);
  out.place = rca::first_place(names, truth);
  return out;
}

Result<std::vector<CaseOutcome>> run(const Request& request, const std::vector<dataset::CaseFolder>& cases,
                                     const RankingSink& sink, const Progress& progress) {
  return Runner(request, cases, sink, progress).run();
}

}  // namespace exporter::evaluation
