// Histories with traffic whose distribution is known, for the tests of drift.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "common/labels.h"
#include "exporter/config/config.h"
#include "exporter/signals/catalog.h"
#include "tests/unit/pipeline/fake_source.h"

namespace drift_test {

using pipeline_test::History;

inline constexpr std::int64_t kMinute = 60'000;
inline constexpr std::int64_t kHour = 60 * kMinute;
inline constexpr std::int64_t kDay = 24 * kHour;
inline constexpr std::int64_t kScrape = 15'000;
inline constexpr std::int64_t kNow = pipeline_test::kStart - pipeline_test::kStart % kDay + 12 * kHour;

// Observations per scrape in each bucket, by time.
using Counts = std::function<std::vector<double>(std::int64_t time)>;

// `name`_bucket series with the bounds 1, 2, 4 and +Inf over (start, end], a scrape every 15 s. The counters fall to
// 0 at each of `resets`.
void add_histogram(History& history, const std::string& name, const std::vector<rca::Label>& labels, std::int64_t start,
                   std::int64_t end, const Counts& counts, const std::vector<std::int64_t>& resets = {});

// Usual and shifted traffic: 40 observations a scrape.
std::vector<double> usual();
std::vector<double> shifted();
// Usual before `change`, shifted from then on.
Counts changing_at(std::int64_t change);

// Role `latency` of the pipeline tests' catalogue; interval 1 min, window 10 min.
exporter::Config drift_config();
exporter::DriftReference rolling_hour();
exporter::Catalog test_catalog(const exporter::Config& config);

}  // namespace drift_test
