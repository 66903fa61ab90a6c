#include "tests/testbed/llmsim/stack/session_store.h"

#include <algorithm>
#include <iterator>

namespace llmsim {
namespace {
constexpr double kCommandSeconds = 60e-6;   // assumed: one command
constexpr double kSecondsPerByte = 0.4e-9;  // assumed: copying the value
constexpr double kBytesPerToken = 5.5;      // assumed: JSON around the text
constexpr double kBytesPerKey = 900;        // assumed: key, expiry, metadata of the conversation
}  // namespace

double SessionStore::serve(double now, double cpu_seconds) {
  host_.book(cpu_seconds);
  const double start = std::max(now, free_at_);
  free_at_ = start + host_.run(start, cpu_seconds);
  return free_at_ - now;
}

void SessionStore::drop(std::list<Entry>::iterator entry) {
  bytes_ -= entry->bytes;
  index_.erase(entry->session);
  entries_.erase(entry);
}

bool SessionStore::make_room(double bytes) {
  while (used_memory() + bytes > max_memory_ && evict_ && !entries_.empty()) {
    drop(entries_.begin());
    ++counters_.evicted;
  }
  return used_memory() + bytes <= max_memory_;
}

void SessionStore::set_max_memory(double bytes) {
  max_memory_ = bytes;
  make_room(0);
}

SessionStore::Reply SessionStore::get(double now, std::uint64_t session) {
  Reply reply;
  const auto at = index_.find(session);
  double bytes = 0;
  if (at != index_.end() && at->second->expires < now) {
    drop(at->second);
    ++counters_.expired;
    ++counters_.misses;
  } else if (at != index_.end()) {
    entries_.splice(entries_.end(), entries_, at->second);
    reply.hit = true;
    reply.tokens = at->second->tokens;
    bytes = at->second->bytes;
    ++counters_.hits;
  } else {
    ++counters_.misses;
  }
  const double work = kCommandSeconds + kSecondsPerByte * bytes;
  reply.seconds = serve(now, work);
  host_.transfer(120, bytes);
  ++counters_.gets;
  counters_.get_seconds += work;
  return reply;
}

SessionStore::Reply SessionStore::set(double now, std::uint64_t session, int tokens) {
  Reply reply;
  const double bytes = kBytesPerKey + kBytesPerToken * tokens;
  if (const auto at = index_.find(session); at != index_.end()) drop(at->second);
  reply.error = !make_room(bytes);
  if (reply.error) {
    ++counters_.write_errors;
  } else {
    entries_.push_back({session, tokens, bytes, now + kTimeToLive});
    index_[session] = std::prev(entries_.end());
    bytes_ += bytes;
  }
  const double work = kCommandSeconds + kSecondsPerByte * bytes;
  reply.seconds = serve(now, work);
  host_.transfer(bytes, 60);
  ++counters_.sets;
  counters_.set_seconds += work;
  return reply;
}

}  // namespace llmsim
