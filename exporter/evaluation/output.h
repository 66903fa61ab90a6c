// An evaluation as JSON, CSV and tables.
#pragma once

#include <string>
#include <vector>

#include "exporter/evaluation/run.h"
#include "exporter/evaluation/summary.h"

namespace exporter::evaluation {

// {"datasets":{NAME:{METHOD:{"cases","failed","not_applicable","ac@1","ac@3","ac@5","avg@5","mrr","seconds_median",
// "seconds_p95","chance":{"ac@1",…},"interval":{"ac@1":[low,high],…},"failures":[{"case","reason"}],
// "missing":{REASON:cases},"by_fault":{FAULT:{…}}}}},"overall":{METHOD:{…}},"reading":{NAME:median seconds per case},
// "skipped":[{"case","reason"}]}. Numbers that are not known (of no case) are null.
std::string to_json(const Summary& summary);

// One line per dataset, method and fault; the fault is empty in the line of all faults, the dataset in those of all
// datasets.
std::string to_csv(const Summary& summary);

// Rows of cells, for a terminal; numbers are rounded.
struct TextTable {
  std::string title;
  std::vector<std::string> head;
  std::vector<std::vector<std::string>> rows;
};

// Per dataset one table of the methods, best Avg@5 first, and one of AC@1 / Avg@5 by fault; then one over all.
std::vector<TextTable> to_tables(const Summary& summary);

}  // namespace exporter::evaluation
