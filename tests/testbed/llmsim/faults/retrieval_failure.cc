#include "tests/testbed/llmsim/faults/fault.h"
#include "tests/testbed/llmsim/hooks/content.h"

namespace llmsim {
namespace {

// The store answers as fast as ever, but not with what is needed.
class RetrievalFailure : public Fault {
 public:
  explicit RetrievalFailure(double mode) : mode_(static_cast<int>(mode)) {}

  void begin(Simulation& simulation, std::string_view) override {
    Content* content = find_content(simulation);
    if (content == nullptr) return;
    IndexState& index = content->corpus().state();
    before_ = index;
    if (mode_ == 1) {  // ingestion has stopped long ago, and a restored snapshot serves
      index.age_days *= 8;
      index.outdated = 0.75;
    } else if (mode_ == 2) {  // a filter or an empty collection
      index.coverage = 0.4;
    } else {  // queries are embedded with another model than the documents
      index.match -= 0.28;
    }
  }
  void end(Simulation& simulation, std::string_view) override {
    if (Content* content = find_content(simulation)) content->corpus().state() = before_;
  }

 private:
  int mode_;
  IndexState before_;
};

const FaultRegistration kRetrievalFailure{
    {.name = "retrieval_failure",
     .fault_class = "retrieval_failure",
     .description =
         "mode 0: queries and index are of different embeddings; 1: the index is eight times as old; 2: 60 % "
         "of the searches find nothing",
     .make = [](const FaultParameters& parameters) -> std::unique_ptr<Fault> {
       return std::make_unique<RetrievalFailure>(parameters.at("mode"));
     },
     .stack = Stack::full,
     .parameters = {{"mode", 0}},
     .default_target = "vector-store",
     .targets = [](const Topology&) -> std::vector<std::string> { return {"vector-store"}; }}};

}  // namespace
}  // namespace llmsim
