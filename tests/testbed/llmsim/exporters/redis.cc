// redis_exporter beside the session store: what INFO says.
#include "tests/testbed/llmsim/exporters/exporter.h"
#include "tests/testbed/llmsim/stack/full_stack.h"

namespace llmsim {
namespace {

using enum MetricType;

class RedisExporter : public Exporter {
 public:
  void render(const Simulation& simulation, Sink& sink) const override {
    const SessionStore& store = simulation.full()->session_store();
    const SessionStore::Counters& c = store.counters();
    const auto plain = [&](std::string_view name, MetricType type, double value) {
      sink.one(name, type, std::string(name) + " metric", "", value);
    };
    plain("redis_up", gauge, 1);
    plain("redis_connected_clients", gauge, 9);
    plain("redis_memory_used_bytes", gauge, store.used_memory());
    plain("redis_memory_max_bytes", gauge, store.max_memory());
    plain("redis_keyspace_hits_total", counter, static_cast<double>(c.hits));
    plain("redis_keyspace_misses_total", counter, static_cast<double>(c.misses));
    plain("redis_evicted_keys_total", counter, static_cast<double>(c.evicted));
    plain("redis_expired_keys_total", counter, static_cast<double>(c.expired));
    plain("redis_commands_processed_total", counter, static_cast<double>(c.gets + c.sets));
    sink.one("redis_db_keys", gauge, "Total number of keys by DB", "db=\"db0\"", static_cast<double>(store.keys()));
    commands("redis_commands_total", "Total number of calls per command", static_cast<double>(c.gets),
             static_cast<double>(c.sets), sink);
    commands("redis_commands_duration_seconds_total", "Total amount of time in seconds spent per command",
             c.get_seconds, c.set_seconds, sink);
    commands("redis_commands_rejected_calls_total", "Total number of errors within command execution per command", 0,
             static_cast<double>(c.write_errors), sink);
  }

 private:
  static void commands(std::string_view name, std::string_view help, double gets, double sets, Sink& sink) {
    sink.family(name, counter, help);
    sink.sample(name, "cmd=\"get\"", gets);
    sink.sample(name, "cmd=\"setex\"", sets);
  }
};

const ExporterRegistration kRedisExporter{{"redis", 13,
                                           [](const Topology& topology) {
                                             const std::size_t index = topology.find_pod(kSessionStore);
                                             const Pod& pod = topology.pods[index];
                                             std::vector<Target> targets;
                                             targets.push_back(make_target("/metrics", pod.address + ":9121",
                                                                           pod_labels(pod),
                                                                           std::make_unique<RedisExporter>()));
                                             targets.back().pod = index;
                                             return targets;
                                           },
                                           Stack::full}};

}  // namespace
}  // namespace llmsim
