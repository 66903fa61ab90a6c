#include "exporter/evaluation/ranking_files.h"

#include <fstream>
#include <nlohmann/json.hpp>
#include <system_error>

namespace exporter::evaluation {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;
using rca::Error;
using rca::ErrorKind;
using rca::Result;

ordered_json candidates(const std::vector<rca::Candidate>& list) {
  ordered_json out = ordered_json::array();
  for (const rca::Candidate& candidate : list) {
    out.push_back({{"entity", candidate.entity},
                   {"signal", candidate.signal},
                   {"score", candidate.score},
                   {"evidence", candidate.evidence.text}});
  }
  return out;
}

Result<void> write(const fs::path& file, const std::string& text) {
  std::error_code code;
  fs::create_directories(file.parent_path(), code);
  if (code) return Error{ErrorKind::io, file.parent_path().string() + ": " + code.message()};
  std::ofstream out(file, std::ios::binary);
  out << text;
  out.close();
  if (!out) return Error{ErrorKind::io, file.string() + ": cannot be written"};
  return {};
}

}  // namespace

RankingSink write_rankings_to(const fs::path& dir) {
  return [dir](const dataset::CaseFolder& folder, const dataset::Case& one, const rca::Ranking& ranking,
               const Outcome& outcome) -> Result<void> {
    ordered_json out;
    out["dataset"] = folder.dataset;
    out["case"] = folder.id;
    out["method"] = ranking.method;
    out["truth"] = one.truth.services;
    out["place"] = outcome.place;
    out["ac"] = outcome.accuracy;
    out["seconds"] = outcome.seconds;
    out["entities"] = candidates(ranking.entities);
    out["signals"] = candidates(ranking.signals);
    return write(dir / folder.dataset / ranking.method / (folder.id + ".json"),
                 out.dump(1, ' ', false, ordered_json::error_handler_t::replace) + "\n");
  };
}

}  // namespace exporter::evaluation
