// The table of fault classes: complete, consistent, and filled with words only.
#include "rca_core/diagnosis/fault_class.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace rca {
namespace {

// The vocabulary that simulator, catalogue files and table share.
constexpr std::array<std::array<const char*, 4>, 6> kVocabulary = {{
    {"memory_exhaustion", "compute_saturation", "network_latency", "io_bottleneck"},
    {"prompt_template_drift", "input_drift", "malformed_input", "retrieval_failure"},
    {"output_drift", "quantization_artefact", "wrong_model_version", "sampling_misconfiguration"},
    {"tool_failure", "context_window_handling", "rate_limiting", "session_state_error"},
    {"missing_traces", "missing_metrics", "unstructured_logs", "late_alerting"},
    {"retry_storm", "hot_key", "deployment_shift", "noisy_neighbour"},
}};
const std::set<std::string_view> kChangeKinds = {"deployment",    "image",           "configuration", "replica_count",
                                                 "model_version", "prompt_template", "traffic_shift", "cohort_shift"};

TEST(FaultClasses, AreSixCategoriesOfFourInTheirOrder) {
  const std::span<const FaultClass> all = fault_classes();
  ASSERT_EQ(all.size(), 24U);
  for (std::size_t i = 0; i < all.size(); ++i) {
    EXPECT_EQ(all[i].name, kVocabulary[i / 4][i % 4]);
    EXPECT_EQ(static_cast<std::size_t>(all[i].category), i / 4) << all[i].name;
    EXPECT_EQ(find_fault_class(all[i].name), &all[i]);
  }
  EXPECT_EQ(find_fault_class("gremlins"), nullptr);
  EXPECT_EQ(find_fault_class(""), nullptr);
  EXPECT_EQ(find_fault_class(kUnknownFaultClass), nullptr);
}

TEST(FaultClasses, EveryRowIsFilled) {
  for (const FaultClass& row : fault_classes()) {
    SCOPED_TRACE(row.name);
    EXPECT_FALSE(row.title.empty());
    EXPECT_FALSE(row.description.empty());
    EXPECT_FALSE(row.entities.empty());
    EXPECT_FALSE(row.runbook.empty());
    EXPECT_GE(row.whys.size(), 3U);
    EXPECT_FALSE(row.change_kinds.empty());
    for (const std::string_view kind : row.change_kinds) EXPECT_TRUE(kChangeKinds.contains(kind)) << kind;
    std::set<ActionKind> kinds;
    for (const ActionTemplate& action : row.actions) {
      kinds.insert(action.kind);
      EXPECT_FALSE(action.text.empty());
      EXPECT_FALSE(action.verification.empty()) << action.text;
      EXPECT_GT(action.watch_minutes, 0);
    }
    EXPECT_EQ(kinds.size(), 3U) << "mitigate, prevent and detect";
    if (row.category == FaultCategory::observability_gaps) continue;
    EXPECT_GE(row.signature.size(), 8U);
    EXPECT_GE(row.telemetry.size(), 2U);
  }
}

// A variant that only a question or an action names would never be chosen.
TEST(FaultClasses, VariantsOfQuestionsAndActionsHaveASignature) {
  for (const FaultClass& row : fault_classes()) {
    std::map<std::string_view, double> weights;
    for (const SignatureTerm& term : row.signature) {
      EXPECT_TRUE(std::isfinite(term.weight) && term.weight > 0 && term.weight <= 3) << row.name << ' ' << term.role;
      EXPECT_FALSE(term.role.empty());
      if (term.movement != Movement::stays) weights[term.variant] += term.weight;
    }
    for (const WhyTemplate& why : row.whys) {
      EXPECT_TRUE(why.variant.empty() || weights.contains(why.variant)) << row.name << ' ' << why.variant;
    }
    for (const ActionTemplate& action : row.actions) {
      EXPECT_TRUE(action.variant.empty() || weights.contains(action.variant)) << row.name << ' ' << action.variant;
    }
    const double shared = weights[""];
    for (const auto& [variant, weight] : weights) {
      const double most = variant.empty() ? weight : shared + weight;
      EXPECT_TRUE(most >= 2 || (weights.size() > 1 && variant.empty()) || row.signature.empty())
          << row.name << ' ' << variant << " can hardly be recognised";
    }
  }
}

// Each way a class can come about gets at most five questions and at least one mitigation.
TEST(FaultClasses, EachVariantHasAtMostFiveWhysAndAMitigation) {
  for (const FaultClass& row : fault_classes()) {
    std::set<std::string_view> variants = {""};
    for (const SignatureTerm& term : row.signature) variants.insert(term.variant);
    if (variants.size() > 1) variants.erase("");
    for (const std::string_view variant : variants) {
      std::size_t whys = 0;
      std::size_t mitigations = 0;
      for (const WhyTemplate& why : row.whys) whys += why.variant.empty() || why.variant == variant ? 1U : 0U;
      for (const ActionTemplate& action : row.actions) {
        const bool applies = action.variant.empty() || action.variant == variant;
        mitigations += applies && action.kind == ActionKind::mitigate ? 1U : 0U;
      }
      EXPECT_GE(whys, 1U) << row.name << ' ' << variant;
      EXPECT_LE(whys, 5U) << row.name << ' ' << variant;
      EXPECT_GE(mitigations, 1U) << row.name << ' ' << variant;
    }
  }
}

TEST(FaultClasses, TextsUseTheKnownPlaceholdersOnly) {
  const std::set<std::string> known = {"{entity}", "{caller}", "{signal}", "{before}", "{after}", "{sli}"};
  const auto check = [&](std::string_view text) {
    for (std::size_t open = text.find('{'); open != std::string_view::npos; open = text.find('{', open + 1)) {
      const std::size_t close = text.find('}', open);
      ASSERT_NE(close, std::string_view::npos) << text;
      const std::string placeholder(text.substr(open, close - open + 1));
      EXPECT_TRUE(known.contains(placeholder)) << placeholder << " in: " << text;
    }
  };
  for (const FaultClass& row : fault_classes()) {
    check(row.description);
    for (const WhyTemplate& why : row.whys) {
      check(why.effect);
      check(why.cause);
    }
    for (const ActionTemplate& action : row.actions) {
      check(action.text);
      check(action.verification);
    }
  }
}

TEST(FaultClasses, ATermStandsOnceInAVariant) {
  for (const FaultClass& row : fault_classes()) {
    std::set<std::tuple<std::string_view, Movement, Place, std::string_view>> seen;
    for (const SignatureTerm& term : row.signature) {
      EXPECT_TRUE(seen.emplace(term.role, term.movement, term.place, term.variant).second)
          << row.name << ' ' << term.role;
    }
  }
}

}  // namespace
}  // namespace rca
