#include "exporter/web/metrics_page.h"

#include <zlib.h>

#include <utility>

namespace exporter {
namespace {

// What one gzip member starts with: deflate, no name, no time, any system.
constexpr std::string_view kGzipHeader("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff", 10);

const Bytef* bytes(const std::string& text) {
  return static_cast<const Bytef*>(static_cast<const void*>(text.data()));
}

std::uint32_t crc_of(const std::string& text) {
  return static_cast<std::uint32_t>(crc32_z(crc32_z(0, nullptr, 0), bytes(text), text.size()));
}

// Raw deflate of `text`, up to a byte boundary (Z_FULL_FLUSH) or to the end of the stream (Z_FINISH).
rca::Result<std::string> deflate_raw(const std::string& text, int flush) {
  z_stream stream{};
  // The fastest level: a page is compressed on every evaluation, whether or not somebody asks for it.
  if (deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
    return rca::Error{rca::ErrorKind::internal, "zlib cannot compress the metrics page"};
  }
  std::string out(deflateBound(&stream, text.size()) + 64, '\0');
  stream.next_in =
      const_cast<Bytef*>(bytes(text));  // NOLINT(cppcoreguidelines-pro-type-const-cast): zlib only reads it
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = static_cast<Bytef*>(static_cast<void*>(out.data()));
  stream.avail_out = static_cast<uInt>(out.size());
  const int code = deflate(&stream, flush);
  const std::size_t size = stream.total_out;
  const bool done = (code == Z_OK || code == Z_STREAM_END) && stream.avail_in == 0 && stream.avail_out > 0;
  deflateEnd(&stream);
  if (!done) return rca::Error{rca::ErrorKind::internal, "zlib cannot compress the metrics page"};
  out.resize(size);
  return out;
}

void append_little_endian(std::string& out, std::uint32_t value) {
  for (int shift = 0; shift < 32; shift += 8) out += static_cast<char>((value >> shift) & 0xff);
}

std::string process_text() {
  return render(process_families(read_process_stats()));
}

}  // namespace

rca::Result<MetricsPage> MetricsPage::create(const Snapshot& snapshot, const BuildLabels& build) {
  MetricsPage page;
  page.text_ = render(snapshot_families(snapshot, build));
  RCA_ASSIGN(page.deflated_, deflate_raw(page.text_, Z_FULL_FLUSH));
  page.deflated_.shrink_to_fit();
  page.crc_ = crc_of(page.text_);
  return page;
}

std::string MetricsPage::plain() const {
  return text_ + process_text();
}

rca::Result<std::string> MetricsPage::gzip() const {
  const std::string live = process_text();
  RCA_ASSIGN(const std::string tail, deflate_raw(live, Z_FINISH));
  std::string out;
  out.reserve(kGzipHeader.size() + deflated_.size() + tail.size() + 8);
  out += kGzipHeader;
  out += deflated_;
  out += tail;
  append_little_endian(
      out, static_cast<std::uint32_t>(crc32_combine(crc_, crc_of(live), static_cast<z_off_t>(live.size()))));
  append_little_endian(out, static_cast<std::uint32_t>(text_.size() + live.size()));
  return out;
}

}  // namespace exporter
