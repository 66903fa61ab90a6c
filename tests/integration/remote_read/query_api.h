// Prometheus' query API as the measure of the remote-read client.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "common/labels.h"
#include "common/result.h"
#include "read_support.h"

namespace remote_read_test {

struct ApiHistogram {
  std::int64_t time = 0;
  double count = 0;
  double sum = 0;
  std::vector<std::pair<double, double>> buckets;  // upper bound → count, only buckets that are not empty
};

struct ApiAnswer {
  SeriesMap samples;                                            // floats, without stale markers
  std::map<rca::Labels, std::vector<ApiHistogram>> histograms;  // native ones
};

// GET <base>/api/v1/query?query=selector[range]&time=end: everything in [start_ms, end_ms] (Prometheus 2: both ends
// included).
rca::Result<ApiAnswer> query_api(const std::string& base, const std::string& selector, std::int64_t start_ms,
                                 std::int64_t end_ms);

// Sends the series as remote write.
struct WriteSeries {
  rca::Labels labels;
  rca::Samples samples;
  std::string histograms;  // more fields of prompb.TimeSeries, encoded
};
rca::Result<void> remote_write(const std::string& base, const std::vector<WriteSeries>& series);

// What `got` (native histograms as classic series) and the API say must be the same, stale markers apart: they are not
// compared. Gives the differences, the first few, one a line; "" when there are none. With `zero_sign_lost` -0 and 0
// are the same: Prometheus leaves a value of either out of a SAMPLES answer (its encoder compares with 0), so that the
// sign does not reach the wire.
std::string differences(const SeriesMap& got, const ApiAnswer& api, bool zero_sign_lost);

}  // namespace remote_read_test
