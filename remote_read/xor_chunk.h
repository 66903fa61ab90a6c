// Prometheus' XOR chunks (encoding 1): the samples of one series over some two hours at most.
//
// Layout: a big-endian u16 with the number of samples; the first time (zigzag varint) and value (64 bits); the first
// difference of times (uvarint) and the second value; then for each sample the change of that difference and the
// value. Values are coded as in Gorilla (Pelkonen et al., VLDB 2015); changes of the difference have wider
// classes than there, since times are milliseconds: 0, or 10, 110, 1110 before 14, 17, 20 bits, or 1111 before 64 bits.
#pragma once

#include <string_view>

#include "common/result.h"
#include "remote_read/sample_buffer.h"

namespace remote_read {

// How many samples the chunk says it has: 0..65535. Error: malformed, when not even that is there.
rca::Result<std::size_t> xor_chunk_size(std::string_view chunk);

// Appends the samples of the chunk, strictly increasing in time. Error: malformed (cut short, framing that makes no
// sense, times that do not increase); nothing is appended then. Bytes behind the last sample are not looked at.
rca::Result<void> decode_xor_chunk(std::string_view chunk, SampleBuffer& out);

}  // namespace remote_read
