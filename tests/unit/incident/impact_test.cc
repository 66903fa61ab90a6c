// What is measured of an incident: whom it hit, and whether the traffic shifted.
#include "exporter/incident/impact.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "exporter/incident/quantity.h"
#include "exporter/incident/traffic_shift.h"

namespace exporter {
namespace {

constexpr Eigen::Index kRows = 60;
constexpr Eigen::Index kOnset = 40;

// 60 rows of 5 s; before and from the onset every signal is flat but for a small ripple.
struct Rows {
  rca::Frame frame{{1'000'000, 5000, kRows}, {}, Eigen::MatrixXd(kRows, 0)};

  void add(const std::string& entity, const std::string& role, double before, double after,
           Eigen::Index from = kOnset) {
    frame.signals.push_back({entity, role, "", rca::SignalKind::gauge, "falcon", "", {}});
    frame.values.conservativeResize(Eigen::NoChange, frame.values.cols() + 1);
    for (Eigen::Index row = 0; row < kRows; ++row) {
      const double ripple = 1 + 0.01 * std::sin(static_cast<double>(row));
      frame.values(row, frame.values.cols() - 1) = (row < from ? before : after) * ripple;
    }
  }
};

Slo ttft() {
  Slo slo;
  slo.name = "ttft";
  slo.sli = SliKind::time_to_first_token;
  slo.threshold = 1;
  return slo;
}

std::vector<double> indicator(double before, double after) {
  std::vector<double> values(kRows, before);
  for (std::size_t row = kOnset; row < kRows; ++row) values[row] = after;
  values[50] = 2 * after;
  values[3] = std::nan("");
  return values;
}

TEST(Impact, SaysHowFarWhenAndWhom) {
  Rows rows;
  rows.add("replica-0", "ttft", 0.3, 0.32);
  rows.add("replica-1", "ttft", 0.3, 3);
  rows.add("replica-2", "ttft", 0.3, 0.31);
  rows.add("replica-0", "request_rate", 4, 4);
  rows.add("replica-1", "request_rate", 4, 2);
  rows.add("replica-2", "request_rate", 4, 4);
  const Impact impact = measure_impact(rows.frame, kOnset, indicator(0.3, 2.5), ttft());
  EXPECT_NEAR(impact.before, 0.3, 1e-9);
  EXPECT_EQ(impact.worst, 5);
  EXPECT_EQ(impact.worst_ms, rows.frame.grid.time_ms(50));
  EXPECT_EQ(impact.subject, "falcon");
  EXPECT_EQ(impact.measured, 3U);
  EXPECT_THAT(impact.touched, testing::ElementsAre("replica-1"));
  EXPECT_NEAR(impact.touched_share, 0.2, 0.01);
  EXPECT_NEAR(impact.traffic_before, 12, 0.3);
  EXPECT_NEAR(impact.traffic_after, 10, 0.3);
}

TEST(Impact, TheGatewayKnowsTheTrafficBest) {
  Rows rows;
  rows.add("replica-0", "request_rate", 4, 1);
  rows.add("gateway", "gateway_request_rate", 5, 15);
  const Impact impact = measure_traffic(rows.frame, kOnset);
  EXPECT_NEAR(impact.traffic_before, 5, 0.1);
  EXPECT_NEAR(impact.traffic_after, 15, 0.3);
  EXPECT_TRUE(std::isnan(impact.worst));
}

TEST(Impact, OfNothingIsUnknown) {
  const Impact impact = measure_impact(Rows{}.frame, kOnset, std::vector<double>(kRows, std::nan("")), ttft());
  EXPECT_TRUE(std::isnan(impact.before));
  EXPECT_TRUE(std::isnan(impact.worst));
  EXPECT_TRUE(std::isnan(impact.traffic_before));
  EXPECT_TRUE(impact.touched.empty());
  // An indicator that does not fit the frame is not looked at.
  EXPECT_TRUE(std::isnan(measure_impact(Rows{}.frame, kOnset, std::vector<double>(3, 1), ttft()).worst));
}

TEST(TrafficShift, IsSeenWhenItBringsTheIncident) {
  Rows rows;
  rows.add("tenant-a", "tenant_request_rate", 2, 9, kOnset - 4);
  rows.add("tenant-b", "tenant_request_rate", 2, 2.2);
  rows.add("gateway", "gateway_request_rate", 10, 25, kOnset + 2);
  const std::vector<rca::ChangeEvent> shifts = traffic_shifts(rows.frame, kOnset);
  ASSERT_EQ(shifts.size(), 2U);
  EXPECT_EQ(shifts[0].kind, "traffic_shift");
  EXPECT_EQ(shifts[0].entity, "tenant-a");
  EXPECT_EQ(shifts[0].time_ms, rows.frame.grid.time_ms(kOnset - 4));
  EXPECT_EQ(shifts[0].from, "2/s");
  EXPECT_EQ(shifts[1].entity, "gateway");
}

TEST(TrafficShift, WhatFollowsTheOnsetIsNoCause) {
  Rows rows;
  rows.add("gateway", "gateway_request_rate", 10, 2, kOnset + 8);
  rows.add("replica-0", "request_rate", 10, 2);  // completions fall with every slow answer
  rows.add("tenant-a", "tenant_request_rate", 0, 0);
  EXPECT_TRUE(traffic_shifts(rows.frame, kOnset).empty());
}

TEST(Quantity, IsWrittenAsPeopleReadIt) {
  EXPECT_EQ(quantity(0.31, "seconds"), "0.31 s");
  EXPECT_EQ(quantity(0.0123, "seconds"), "12.3 ms");
  EXPECT_EQ(quantity(0, "seconds"), "0 s");
  EXPECT_EQ(quantity(0.333, "ratio"), "33.3 %");
  EXPECT_EQ(quantity(0.0073, "ratio"), "0.73 %");
  EXPECT_EQ(quantity(1.41e9, "hertz"), "1.41 GHz");
  EXPECT_EQ(quantity(1.5e9, "bytes"), "1.5 GB");
  EXPECT_EQ(quantity(21.5, "tokens_per_second"), "21.5 tokens/s");
  EXPECT_EQ(quantity(1234, "requests"), "1234 requests");
  EXPECT_EQ(quantity(std::nan(""), "seconds"), "unknown");
  EXPECT_EQ(duration(45'000), "45 s");
  EXPECT_EQ(duration(65'000), "1 min 5 s");
  EXPECT_EQ(duration(3'600'000), "1 h");
  EXPECT_EQ(duration(30LL * 86'400'000), "30 d");
  EXPECT_EQ(duration(-5), "0 s");
  EXPECT_EQ(join_names({"a", "b", "c"}, 3), "a, b and c");
  EXPECT_EQ(join_names({"a", "b", "c", "d", "e"}, 2), "a, b and 3 more");
  EXPECT_EQ(join_names({"a"}, 2), "a");
}

}  // namespace
}  // namespace exporter
