#include "tests/testbed/llmsim/faults/fault.h"
#include "tests/testbed/llmsim/hooks/input_features.h"
#include "tests/testbed/llmsim/hooks/rollout.h"

namespace llmsim {
namespace {

// The encoder of inputs is replaced without a word: everything it gives lies elsewhere. No request fares differently.
class EmbeddingShift : public Fault {
 public:
  explicit EmbeddingShift(double length) : length_(length) {}

  void begin(Simulation& simulation, std::string_view) override { set(simulation, length_); }
  void end(Simulation& simulation, std::string_view) override { set(simulation, 0); }

 private:
  static void set(Simulation& simulation, double length) {
    if (InputFeatures* features = find_input_features(simulation)) features->set_encoder_shift(length);
  }
  double length_;
};

std::vector<std::string> encoder(const Topology&) {
  return {"input-encoder"};
}

const FaultRegistration kEmbeddingShift{
    {.name = "embedding_shift",
     .fault_class = "input_drift",
     .description = "another encoder: embeddings of inputs, of length 1, move by 0.5 in one direction",
     .make = [](const FaultParameters& parameters) -> std::unique_ptr<Fault> {
       return std::make_unique<EmbeddingShift>(parameters.at("length"));
     },
     .stack = Stack::full,
     .parameters = {{"length", 0.5}},
     .default_target = "input-encoder",
     .targets = encoder,
     .entity = same_name}};

}  // namespace
}  // namespace llmsim
