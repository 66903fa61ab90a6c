#include "rca_core/graph/trace_rank.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace rca {
namespace {

constexpr double kMissingWeight = 0.0001;

double inverse(std::size_t count) {
  return count == 0 ? 0.0 : 1.0 / static_cast<double>(count);
}

void divide_by_maximum(Eigen::VectorXd& values) {
  if (values.size() == 0) return;
  const double largest = values.maxCoeff();
  if (largest > 0) values /= largest;
}

Eigen::VectorXd preference_of(const TraceCoverage& coverage, TraceSide side, double fewer_operations) {
  std::map<std::vector<std::size_t>, std::size_t> kinds;
  for (const std::vector<std::size_t>& trace : coverage.traces) ++kinds[trace];
  const auto traces = static_cast<Eigen::Index>(coverage.traces.size());
  Eigen::VectorXd rare(traces);
  Eigen::VectorXd few(traces);
  for (Eigen::Index t = 0; t < traces; ++t) {
    const std::vector<std::size_t>& trace = coverage.traces[static_cast<std::size_t>(t)];
    rare(t) = inverse(kinds[trace]);
    few(t) = inverse(trace.size());
  }
  if (rare.sum() > 0) rare /= rare.sum();
  if (few.sum() > 0) few /= few.sum();
  if (side == TraceSide::normal) return rare;
  return fewer_operations * few + (1 - fewer_operations) * rare;
}

}  // namespace

TraceRank rank_operations(const TraceCoverage& given, TraceSide side, const TraceRankOptions& options) {
  TraceCoverage coverage = given;
  for (std::vector<std::size_t>& trace : coverage.traces) std::sort(trace.begin(), trace.end());
  TraceRank out;
  out.covering.assign(coverage.callees.size(), 0);
  for (const std::vector<std::size_t>& trace : coverage.traces) {
    for (const std::size_t operation : trace) ++out.covering[operation];
  }
  // Only what the traces of this side cover takes part in the calls.
  for (std::vector<std::size_t>& callees : coverage.callees) {
    std::erase_if(callees, [&](std::size_t callee) { return out.covering[callee] == 0; });
  }
  out.preference = preference_of(coverage, side, options.fewer_operations);

  const auto operations = static_cast<Eigen::Index>(coverage.callees.size());
  const auto traces = static_cast<Eigen::Index>(coverage.traces.size());
  const auto covered = std::count_if(out.covering.begin(), out.covering.end(), [](std::size_t n) { return n > 0; });
  const double start = inverse(static_cast<std::size_t>(covered) + coverage.traces.size());
  out.operations = Eigen::VectorXd::Zero(operations);
  for (Eigen::Index o = 0; o < operations; ++o) {
    if (out.covering[static_cast<std::size_t>(o)] > 0) out.operations(o) = start;
  }
  out.traces = Eigen::VectorXd::Constant(traces, start);
  for (int iteration = 0; iteration < options.iterations; ++iteration) {
    Eigen::VectorXd next_operations = Eigen::VectorXd::Zero(operations);
    Eigen::VectorXd next_traces = (1 - options.damping) * out.preference;
    for (Eigen::Index t = 0; t < traces; ++t) {
      const std::vector<std::size_t>& trace = coverage.traces[static_cast<std::size_t>(t)];
      const double share = options.damping * out.traces(t) * inverse(trace.size());
      for (const std::size_t operation : trace) {
        const auto o = static_cast<Eigen::Index>(operation);
        next_operations(o) += share;
        next_traces(t) += options.damping * out.operations(o) * inverse(out.covering[operation]);
      }
    }
    for (Eigen::Index caller = 0; caller < operations; ++caller) {
      const std::vector<std::size_t>& callees = coverage.callees[static_cast<std::size_t>(caller)];
      const double share = options.damping * options.call * out.operations(caller) * inverse(callees.size());
      for (const std::size_t callee : callees) next_operations(static_cast<Eigen::Index>(callee)) += share;
    }
    out.operations = std::move(next_operations);
    out.traces = std::move(next_traces);
    divide_by_maximum(out.operations);
    divide_by_maximum(out.traces);
  }
  return out;
}

double spectrum_score(SpectrumFormula formula, const Spectrum& s) {
  const double against = s.nf + s.ep;
  const double all = s.ef + s.nf + s.ep + s.np;
  switch (formula) {
    case SpectrumFormula::dstar2: return s.ef * s.ef / against;
    case SpectrumFormula::ochiai: return s.ef / std::sqrt((s.ef + s.nf) * (s.ef + s.ep));
    case SpectrumFormula::tarantula: {
      const double failed = s.ef / (s.ef + s.nf);
      return failed / (failed + s.ep / (s.ep + s.np));
    }
    case SpectrumFormula::jaccard: return s.ef / (s.ef + against);
    case SpectrumFormula::sorensen_dice: return 2 * s.ef / (2 * s.ef + against);
    case SpectrumFormula::m1: return (s.ef + s.np) / against;
    case SpectrumFormula::m2: return s.ef / (s.ef + s.np + 2 * against);
    case SpectrumFormula::goodman: return (2 * s.ef - against) / (2 * s.ef + against);
    case SpectrumFormula::russell_rao: return s.ef / all;
    case SpectrumFormula::hamann: return (s.ef + s.np - against) / all;
    case SpectrumFormula::simple_matching: return (s.ef + s.np) / all;
    case SpectrumFormula::rogers: return (s.ef + s.np) / (s.ef + s.np + 2 * against);
  }
  return 0;
}

std::vector<Spectrum> weighted_spectrum(const TraceRank& anomalous, const TraceRank& normal) {
  std::vector<Spectrum> out(anomalous.covering.size());
  const auto failed = static_cast<double>(anomalous.traces.size());
  const auto passed = static_cast<double>(normal.traces.size());
  for (std::size_t o = 0; o < out.size(); ++o) {
    const auto at = static_cast<Eigen::Index>(o);
    const double failed_with = static_cast<double>(anomalous.covering[o]);
    const double passed_with = static_cast<double>(normal.covering[o]);
    const double failed_weight = failed_with > 0 ? anomalous.operations(at) : kMissingWeight;
    const double passed_weight = passed_with > 0 ? normal.operations(at) : kMissingWeight;
    out[o] = {failed_weight * failed_with, failed_weight * (failed - failed_with), passed_weight * passed_with,
              passed_weight * (passed - passed_with)};
  }
  return out;
}

Association associate(std::size_t abnormal_with, std::size_t abnormal, std::size_t with) {
  Association out;
  const auto both = static_cast<double>(abnormal_with);
  if (abnormal > 0) out.support = both / static_cast<double>(abnormal);
  if (with > 0) out.confidence = both / static_cast<double>(with);
  if (abnormal_with > 0) out.ji = 2 * out.support * out.confidence / (out.support + out.confidence);
  return out;
}

}  // namespace rca
