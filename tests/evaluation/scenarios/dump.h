// Runs as labelled incidents in files, in the layout that `rcatool eval` reads.
#pragma once

#include <filesystem>

#include "tests/evaluation/scenarios/run.h"

namespace scenarios {

// A sink that writes <dir>/<suite>/<entity>_<fault type>/<scenario>-<seed>/ with data.csv, inject_time.txt, mpg.csv and
// truth.json. inject_time.txt holds the onset as the pipeline estimated it, since that is what methods see;
// truth.json has the true one as well. The file format cuts names at the first underscore: those in names of entities
// become hyphens, and nodes get the port ":10250" by which the format knows them. Errors of the sink: io.
ViewSink dump_to(const std::filesystem::path& dir);

}  // namespace scenarios
