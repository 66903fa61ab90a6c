// Writes XOR chunks as Prometheus does.
#pragma once

#include <cstddef>
#include <string>

#include "common/samples.h"

namespace remote_read::testing {

// Up to 65,535 samples. Times need not increase, so that bad chunks can be written too.
std::string write_xor_chunk(rca::SampleView samples);

// The big-endian u16 that chunks begin with.
std::string chunk_count(std::size_t count);

}  // namespace remote_read::testing
