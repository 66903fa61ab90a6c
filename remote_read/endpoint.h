// An endpoint's options, checked once, and what is derived from them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"
#include "remote_read/client.h"

namespace remote_read {

struct Endpoint {
  EndpointOptions options;
  std::string label;           // for messages: endpoint 'name' (URL without credentials)
  std::string build_info_url;  // empty where the server's kind has none
  bool loopback = false;       // a server on this machine, which no proxy stands in front of
};

// Errors: invalid_argument (URL, headers, numbers), io (a file that cannot be read); they name the option.
rca::Result<Endpoint> check_endpoint(EndpointOptions options);

// The headers that every request carries. Reads the bearer token file. Errors: io, invalid_argument (the file holds
// something that is not a token).
rca::Result<std::vector<std::string>> request_headers(const EndpointOptions& options);

// Text from the network as part of an error sentence: printable ASCII, one line, at most `max_size` bytes.
std::string excerpt(std::string_view text, std::size_t max_size = 200);

}  // namespace remote_read
