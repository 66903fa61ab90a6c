#include "rca_core/diagnosis/diagnosis.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "tests/unit/diagnosis/llm_stack.h"

namespace rca {
namespace {

using ::rca::testing::kOnset;
using ::rca::testing::LlmStack;
using ::rca::testing::planted;
using ::rca::testing::planted_faults;
using ::rca::testing::PlantedFault;

class PlantedDiagnosis : public ::testing::TestWithParam<PlantedFault> {};

TEST_P(PlantedDiagnosis, NamesEntityAndClass) {
  const PlantedFault& fault = GetParam();
  const LlmStack stack = planted(fault);
  const Result<Diagnosis> diagnosis = diagnose(stack.view(), {});
  ASSERT_TRUE(diagnosis.ok());
  EXPECT_EQ(diagnosis->entity, fault.entity);
  EXPECT_EQ(diagnosis->fault_class, fault.fault_class);
}

INSTANTIATE_TEST_SUITE_P(Faults, PlantedDiagnosis, ::testing::ValuesIn(planted_faults()), [](const auto& instance) {
  std::string name = instance.param.name;
  for (char& c : name) c = c == ' ' ? '_' : c;
  return name;
});

}  // namespace
}  // namespace rca
