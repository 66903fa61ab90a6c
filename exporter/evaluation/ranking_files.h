// The full ranking of every case as a file, to look into what a method did.
#pragma once

#include <filesystem>

#include "exporter/evaluation/run.h"

namespace exporter::evaluation {

// A sink that writes <dir>/<dataset>/<method>/<service>_<fault>/<case>.json: {"dataset","case","method","truth":[…],
// "place","ac":[AC@1 … AC@5],"seconds","entities":[{"entity","signal","score","evidence"}],"signals":[…]}. Errors of
// the sink: io.
RankingSink write_rankings_to(const std::filesystem::path& dir);

}  // namespace exporter::evaluation
