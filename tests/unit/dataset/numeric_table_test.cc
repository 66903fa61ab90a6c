#include "exporter/dataset/numeric_table.h"

#include <gtest/gtest.h>

#include <cmath>

namespace exporter::dataset {
namespace {

rca::Result<NumericTable> read(std::string_view text, const Limits& limits = {}) {
  return read_numeric_table(text, "t.csv", limits, [](std::string_view name) { return name != "note"; });
}

TEST(NumericTable, ReadsWhatIsKept) {
  const auto table = read("a,note,time,b\n1,hello,10,2\n,x,15,inf\n");
  ASSERT_TRUE(table.ok()) << table.error().message;
  EXPECT_EQ(table->names, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(table->times_ms, (std::vector<std::int64_t>{10'000, 15'000}));
  EXPECT_EQ(table->values[1], 2);
  EXPECT_TRUE(std::isnan(table->values[2]));
  EXPECT_TRUE(std::isnan(table->values[3]));
}

struct Mistake {
  const char* text;
  const char* message;
};

TEST(NumericTable, NamesMistakesWithFileAndLine) {
  const Mistake mistakes[] = {
      {"", "t.csv: is empty"},
      {"\n\n", "t.csv: is empty"},
      {"time,a\n", "t.csv: has a header, but no rows"},
      {"when,a\n1,2\n", "t.csv:1: no column is called 'time'"},
      {"time,a,a\n1,2,3\n", "t.csv:1: two columns are called 'a'"},
      {"time,a\n1,2\n2,x\n", "t.csv:3: column 'a' holds 'x', which is not a number"},
      {"time,a\n1,2\n1,3\n", "t.csv:3: the time '1' is there twice"},
      {"time,a\n2,2\n1,3\n", "t.csv:3: the time '1' is before the one of the row above"},
      {"time,a\nx,2\n", "t.csv:2: the time 'x' is neither a number of seconds since 1970 nor a date"},
      {"time,a\n,2\n", "t.csv:2: the time '' is neither a number of seconds since 1970 nor a date"},
      {"time,a\n1,2\n2", "t.csv:3: 1 cells where the header has 2; is it cut off?"},
      {"time,a\n1,2,3\n", "t.csv:2: 3 cells where the header has 2"},
  };
  for (const Mistake& mistake : mistakes) {
    const auto table = read(mistake.text);
    ASSERT_FALSE(table.ok()) << mistake.text;
    EXPECT_EQ(table.error().message, mistake.message);
    EXPECT_EQ(table.error().kind, rca::ErrorKind::malformed);
  }
}

TEST(NumericTable, KeepsItsLimits) {
  Limits limits;
  limits.cells = 3;
  const auto table = read("time,a,b\n1,1,1\n2,2,2\n", limits);
  ASSERT_FALSE(table.ok());
  EXPECT_EQ(table.error().kind, rca::ErrorKind::limit);
  EXPECT_EQ(table.error().message, "t.csv:3: more than 3 values");
}

TEST(Grid, FillsGaps) {
  const GridPlacement placed = place_on_grid({0, 5000, 10'100, 25'000, 30'000, 35'000}, StepRule::median);
  EXPECT_EQ(placed.grid, (rca::TimeGrid{0, 5000, 8}));
  EXPECT_EQ(placed.rows, (std::vector<Eigen::Index>{0, 1, 2, 5, 6, 7}));
}

TEST(Grid, TakesRowsAsTheyAreWhenTimesAreTooUneven) {
  const GridPlacement crowded = place_on_grid({0, 100, 200, 210, 400}, StepRule::median);  // two in one place
  EXPECT_EQ(crowded.rows, (std::vector<Eigen::Index>{0, 1, 2, 3, 4}));
  EXPECT_EQ(crowded.grid, (rca::TimeGrid{0, 100, 5}));
  const GridPlacement sparse = place_on_grid({0, 1, 2, 1'000'000}, StepRule::median);
  EXPECT_EQ(sparse.grid.rows, 4);
  EXPECT_EQ(place_on_grid({7}, StepRule::smallest).grid, (rca::TimeGrid{7, 1000, 1}));
}

TEST(Grid, HoldsTheLastValueForOneAndAHalfSteps) {
  const NumericTable table{{2000, 7000, 12'000}, {"a"}, {1, 2, 3}};
  const Eigen::MatrixXd held = hold_on_grid(table, {0, 1000, 21});
  EXPECT_TRUE(std::isnan(held(1, 0)));
  EXPECT_EQ(held(2, 0), 1);
  EXPECT_EQ(held(6, 0), 1);
  EXPECT_EQ(held(7, 0), 2);
  EXPECT_EQ(held(19, 0), 3);
  EXPECT_TRUE(std::isnan(held(20, 0)));
}

}  // namespace
}  // namespace exporter::dataset
