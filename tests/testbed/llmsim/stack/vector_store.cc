#include "tests/testbed/llmsim/stack/vector_store.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace llmsim {
namespace {
constexpr double kSearchCpu = 6e-3;       // assumed: seconds of one thread, graph walk and rescoring
constexpr double kPagesPerSearch = 24;    // assumed: pages of vectors and links that are touched
constexpr double kPageBytes = 16384;      // with readahead
constexpr std::size_t kQueueLimit = 256;  // assumed: beyond it the store answers 503
// Qdrant's bounds of its request durations.
constexpr std::array kBounds = {0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0, 50.0};
const Buckets& search_buckets() {
  static const Buckets buckets = make_buckets(kBounds, NumberStyle::go);
  return buckets;
}
}  // namespace

VectorStore::VectorStore(std::uint64_t seed, Host& host, Disk& disk, Schedule schedule)
    : random_(seed, "vector-store"),
      host_(host),
      disk_(disk),
      schedule_(std::move(schedule)),
      seconds_(search_buckets()) {}

double VectorStore::miss_ratio() const {
  // Some pages are touched far more often than others: half of the index in memory serves 71 % of the touches.
  return 1 - std::sqrt(std::clamp(host_.cache_bytes() / kIndexBytes, 0.0, 1.0));
}

void VectorStore::search(double now, Done done) {
  if (queue_.size() >= kQueueLimit) {
    ++counters_.rejected;
    schedule_(now, [done = std::move(done)] { done(true); });
    return;
  }
  queue_.push_back({now, std::move(done)});
  if (active_ < kThreads) start(now);
}

void VectorStore::start(double now) {
  Search search = std::move(queue_.front());
  queue_.pop_front();
  ++active_;
  host_.book(kSearchCpu);
  const double cpu = host_.run(now, kSearchCpu * (0.8 + 0.4 * random_.uniform()));
  const int pages = random_.poisson(kPagesPerSearch * miss_ratio());
  const double bytes = pages * kPageBytes;
  const double read = disk_.read(now + cpu, pages, bytes);
  host_.read_from_disk(bytes, pages, read);
  counters_.read_bytes += bytes;
  schedule_(now + cpu + read, [this, now = now + cpu + read, search = std::move(search)] {
    --active_;
    ++counters_.searches;
    seconds_.observe(now - search.arrived);
    if (!queue_.empty()) start(now);
    search.done(false);
  });
}

}  // namespace llmsim
