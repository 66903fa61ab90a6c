// Decompression for tests: exactly one gzip member, its checksum verified by zlib.
#pragma once

#include <zlib.h>

#include <optional>
#include <string>

namespace exporter {

inline std::optional<std::string> gunzip(const std::string& data) {
  z_stream stream{};
  if (inflateInit2(&stream, 16 + MAX_WBITS) != Z_OK) return std::nullopt;
  std::string in = data;
  stream.next_in = static_cast<Bytef*>(static_cast<void*>(in.data()));
  stream.avail_in = static_cast<uInt>(in.size());
  std::string out;
  std::string chunk(1 << 16, '\0');
  int code = Z_OK;
  while (code == Z_OK) {
    stream.next_out = static_cast<Bytef*>(static_cast<void*>(chunk.data()));
    stream.avail_out = static_cast<uInt>(chunk.size());
    code = inflate(&stream, Z_NO_FLUSH);
    out.append(chunk, 0, chunk.size() - stream.avail_out);
  }
  const bool whole = code == Z_STREAM_END && stream.avail_in == 0;
  inflateEnd(&stream);
  return whole ? std::optional<std::string>(std::move(out)) : std::nullopt;
}

}  // namespace exporter
