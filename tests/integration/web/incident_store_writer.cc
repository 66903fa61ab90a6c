// Writes incidents to a store for ever and says on standard output which of them the store has acknowledged: the other
// half of incident_store_kill_test, which kills it.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "exporter/incident/store.h"

namespace {

// One write(2) per line: nothing of it stays in a buffer when the process is killed.
void say(const std::string& line) {
  const std::string text = line + "\n";
  if (write(STDOUT_FILENO, text.data(), text.size()) != static_cast<ssize_t>(text.size())) std::_Exit(3);
}

exporter::Incident incident(long number, bool resolved) {
  exporter::Incident result;
  result.id = "i" + std::to_string(number);
  result.slo = "itl";
  result.onset_ms = number * 10;
  result.detected_ms = number * 10 + 1;
  result.resolved_ms = resolved ? number * 10 + 2 : 0;
  result.sli_value = static_cast<double>(number);
  rca::Ranking ranking;
  ranking.method = "baro";
  for (int i = 0; i < 20; ++i) ranking.signals.push_back({"entity-" + std::to_string(i), "gpu_clock", 20.0 - i, {}});
  ranking.entities = ranking.signals;
  result.rankings = {ranking};
  return result;
}

}  // namespace

// argv: file, number of the first incident.
int main(int argc, char** argv) {
  if (argc != 3) return 2;
  auto store = exporter::IncidentStore::open(argv[1], {1'000'000, 1'000'000, 100});
  if (!store.ok()) {
    say("error " + store.error().message);
    return 1;
  }
  say("ready");
  for (long number = std::atol(argv[2]);; ++number) {
    if (!(*store)->save(incident(number, false)).ok()) return 1;
    say("opened " + std::to_string(number));
    const rca::ChangeEvent change{number, "deployment", "entity", "v1", "v2"};
    if (!(*store)->add_changes({&change, 1}).ok()) return 1;
    say("change " + std::to_string(number));
    if (!(*store)->save(incident(number, true)).ok()) return 1;
    say("resolved " + std::to_string(number));
  }
}
