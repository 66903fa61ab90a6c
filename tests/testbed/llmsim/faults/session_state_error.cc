#include "tests/testbed/llmsim/faults/fault.h"
#include "tests/testbed/llmsim/faults/parts.h"
#include "tests/testbed/llmsim/simulation.h"
#include "tests/testbed/llmsim/stack/full_stack.h"

namespace llmsim {
namespace {

// The session store has less memory than the conversations need: the least recently used are thrown out and cannot go
// on, or, without eviction, nothing new can be saved.
class SessionStateError : public Fault {
 public:
  explicit SessionStateError(const FaultParameters& p) : bytes_(p.at("megabytes") * 1e6), evict_(p.at("evict") != 0) {}

  void begin(Simulation& simulation, std::string_view) override {
    SessionStore& store = simulation.full()->session_store();
    store.set_eviction(evict_);
    store.set_max_memory(bytes_);
  }
  void end(Simulation& simulation, std::string_view) override {
    SessionStore& store = simulation.full()->session_store();
    store.set_eviction(true);
    store.set_max_memory(SessionStore::kMaxMemory);
  }

 private:
  double bytes_;
  bool evict_;
};

const FaultRegistration kSessionStateError{
    {.name = "session_state_error",
     .fault_class = "session_state_error",
     .description = "The session store may use 1.4 MB instead of 64 MB (evict=0: and fails writes instead of evicting)",
     .make = [](const FaultParameters& p) -> std::unique_ptr<Fault> { return std::make_unique<SessionStateError>(p); },
     .stack = Stack::full,
     .parameters = {{"megabytes", 1.4}, {"evict", 1}},
     .default_target = std::string(kSessionStore),
     .targets = only<kSessionStore>}};

}  // namespace
}  // namespace llmsim
