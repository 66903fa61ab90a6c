// What users type, as far as it matters: how long it is, how far from what the applications were made for, and whether
// it is meant to harm.
#pragma once

#include <cstdint>

#include "tests/testbed/llmsim/hooks/templates.h"
#include "tests/testbed/llmsim/random.h"

namespace llmsim {

// The distribution of the inputs to one template. Shares in 0..1; assumed.
struct InputProfile {
  double length = 1;            // factor on the template's median
  double foreign = 0.02;        // share in a language that the model and the corpus know little of
  double topic_distance = 0.1;  // mean distance from known topics, 0..1
  double injection = 0.001;
  double oversized = 0.001;  // pasted documents, a dozen times as long
  double malformed = 0.001;  // not what the interface's schema asks for
};

struct UserInput {
  int tokens = 1;
  bool foreign = false;
  double topic_distance = 0;  // 0..1
  bool injection = false;
  bool malformed = false;
};

class Inputs {
 public:
  Inputs(std::uint64_t seed, std::size_t template_index) : random_(seed, "inputs", template_index) {}

  // length: factor on the template's median that the user's habits and chance make.
  [[nodiscard]] UserInput next(const PromptTemplate& prompt, double length);
  [[nodiscard]] InputProfile& profile() { return profile_; }

 private:
  Random random_;
  InputProfile profile_;
};

}  // namespace llmsim
