// The body of /metrics: what an evaluation found, rendered and compressed once, and the process' figures of now.
#pragma once

#include <cstdint>
#include <string>

#include "common/result.h"
#include "exporter/metrics/families.h"

namespace exporter {

// Immutable after `create`.
class MetricsPage {
 public:
  // Costs the rendering and the compression. Error internal: zlib had no memory.
  static rca::Result<MetricsPage> create(const Snapshot& snapshot, const BuildLabels& build);

  // The text with the process' series of now behind it.
  [[nodiscard]] std::string plain() const;
  // The same as one gzip member (RFC 1952): the compressed text is only copied, just the process' part is compressed.
  [[nodiscard]] rca::Result<std::string> gzip() const;

  [[nodiscard]] std::size_t size() const { return text_.size(); }

 private:
  std::string text_;
  std::string deflated_;  // raw deflate blocks (RFC 1951), flushed to a byte boundary, none of them the last
  std::uint32_t crc_ = 0;
};

}  // namespace exporter
