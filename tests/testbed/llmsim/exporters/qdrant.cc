// Qdrant's /metrics.
#include "tests/testbed/llmsim/exporters/exporter.h"
#include "tests/testbed/llmsim/stack/full_stack.h"

namespace llmsim {
namespace {

using enum MetricType;

class QdrantExporter : public Exporter {
 public:
  explicit QdrantExporter(std::size_t pod) : pod_(pod) {
    const auto request = [](std::string_view status) {
      return label_text({{"method", "POST"}, {"endpoint", "/collections/{name}/points/search"}, {"status", status}});
    };
    ok_ = request("200");
    rejected_ = request("503");
  }

  void render(const Simulation& simulation, Sink& sink) const override {
    const VectorStore& store = simulation.full()->vector_store();
    sink.one("app_info", gauge, "information about qdrant server",
             label_text({{"name", "qdrant"}, {"version", "1.16.3"}}), 1);
    sink.one("collections_total", gauge, "number of collections", "", 1);
    sink.one("collection_points", gauge, "approximate amount of points per collection", "id=\"knowledge\"", 4.2e6);
    sink.one("collection_hardware_metric_vector_io_read", counter, "Total IO vector read metrics of a collection",
             "id=\"knowledge\"", store.counters().read_bytes);
    sink.family("rest_responses_total", counter, "total number of responses");
    sink.sample("rest_responses_total", ok_, static_cast<double>(store.counters().searches));
    if (store.counters().rejected > 0) {
      sink.sample("rest_responses_total", rejected_, static_cast<double>(store.counters().rejected));
    }
    sink.family("rest_responses_duration_seconds", histogram, "response duration histogram");
    sink.histogram("rest_responses_duration_seconds", ok_, store.seconds());
    const Host& host = simulation.host_of(pod_);
    sink.one("memory_resident_bytes", gauge, "Maximum number of bytes in physically resident data pages mapped", "",
             host.anon_bytes() + 0.9 * host.cache_bytes());
    sink.one("process_threads", gauge, "count of active threads", "", 38);
    sink.one("process_minor_page_faults_total", counter, "count of minor page faults which didn't cause a disk access",
             "", host.counters().minor_faults);
    sink.one("process_major_page_faults_total", counter, "count of disk accesses caused by a mmap page fault", "",
             host.counters().major_faults);
  }

 private:
  std::size_t pod_;
  std::string ok_, rejected_;
};

const ExporterRegistration kQdrantExporter{{"qdrant", 12,
                                            [](const Topology& topology) {
                                              const std::size_t index = topology.find_pod(kVectorStore);
                                              const Pod& pod = topology.pods[index];
                                              std::vector<Target> targets;
                                              targets.push_back(make_target("/metrics", pod.address + ":6333",
                                                                            pod_labels(pod),
                                                                            std::make_unique<QdrantExporter>(index)));
                                              targets.back().pod = index;
                                              return targets;
                                            },
                                            Stack::full}};

}  // namespace
}  // namespace llmsim
