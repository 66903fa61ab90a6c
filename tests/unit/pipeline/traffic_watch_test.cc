#include "exporter/pipeline/traffic_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <memory>
#include <random>

namespace exporter {
namespace {

constexpr std::int64_t kStepMs = 15'000;
constexpr std::int64_t kFirst = 1000;
constexpr std::int64_t kRows = 480;  // two hours
constexpr std::int64_t kMinute = 4;  // rows

// Signals over two hours, each a function of the row after the first.
class Signals {
 public:
  void add(const std::string& entity, const std::string& role, const std::function<double(std::int64_t)>& value) {
    std::vector<double> values;
    for (std::int64_t row = 0; row < kRows; ++row) values.push_back(value(row) * (1 + 0.05 * noise_(random_)));
    rings_.push_back(std::make_unique<RowRing>(slab_));
    rings_.back()->write(kFirst, values);
    columns_.push_back({{entity, role, "", rca::SignalKind::gauge, "", "", {}}, rings_.back().get()});
  }
  // As a cycle every `every` rows sees them.
  [[nodiscard]] std::vector<std::string> shifts(std::int64_t every = kRows) const {
    TrafficWatch watch;
    for (std::int64_t end = std::min(every, kRows); end <= kRows; end += every) {
      watch.update(columns_, kFirst, kFirst + end - 1, kStepMs);
    }
    std::vector<std::string> out;
    for (const rca::ChangeEvent& event : watch.events()) {
      out.push_back(std::to_string(event.time_ms / kStepMs - kFirst) + " " + event.kind + " " + event.entity);
    }
    return out;
  }

 private:
  std::mt19937_64 random_{7};
  std::normal_distribution<double> noise_;
  RowSlab slab_{kRows, 8};
  std::vector<std::unique_ptr<RowRing>> rings_;
  std::vector<Column> columns_;
};

std::function<double(std::int64_t)> step(double before, double after, std::int64_t from,
                                         std::int64_t until = std::numeric_limits<std::int64_t>::max()) {
  return [=](std::int64_t row) { return row < from || row >= until ? before : after; };
}

TEST(TrafficWatch, AStepIsToldOfOnceAndABurstTwice) {
  Signals signals;
  signals.add("acme", "tenant_request_rate", step(2, 6, 200));
  signals.add("globex", "tenant_request_rate", step(2, 0.5, 180, 260));
  const std::vector<std::string> expected{"180 traffic_shift globex", "200 traffic_shift acme",
                                          "260 traffic_shift globex"};
  EXPECT_EQ(signals.shifts(), expected);
  // However often it looks.
  EXPECT_EQ(signals.shifts(1), expected);
  EXPECT_EQ(signals.shifts(5), expected);
}

TEST(TrafficWatch, WhatSwingsNoisesOrIsShortIsNone) {
  Signals signals;
  signals.add("gateway", "gateway_request_rate",
              [](std::int64_t row) { return 3 + 1.5 * std::sin(static_cast<double>(row) / 5760 * 6.28); });
  signals.add("acme", "tenant_request_rate", step(2, 9, 200, 200 + 3 * kMinute));
  signals.add("rare", "template_request_rate", step(0.02, 0.04, 200));  // 6 and 12 requests in five minutes
  signals.add("replica-0", "request_rate", step(4, 1, 200));            // completions
  signals.add("gone", "tenant_request_rate", [](std::int64_t) { return std::nan(""); });
  EXPECT_TRUE(signals.shifts(1).empty());
}

TEST(TrafficWatch, OtherUsersWriteLongerPrompts) {
  Signals signals;
  for (const char* entity : {"chat", "search"}) {
    signals.add(entity, "template_request_rate", step(2, 2, 0));
  }
  signals.add("chat", "prompt_tokens", step(300, 700, 200));
  signals.add("chat", "template_prompt_tokens", step(100, 100, 0));
  // The template became longer; what its users write did not.
  signals.add("search", "prompt_tokens", step(300, 700, 200));
  signals.add("search", "template_prompt_tokens", step(100, 500, 200));
  signals.add("replica-0", "prompt_tokens", step(300, 700, 200));  // no cohort
  EXPECT_THAT(signals.shifts(), testing::ElementsAre("200 cohort_shift chat"));
}

}  // namespace
}  // namespace exporter
