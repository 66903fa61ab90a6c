#include "remote_read/request.h"

#include <snappy.h>

#include "remote_read/remote.pb.h"

namespace remote_read {
namespace {

void fill(const Hints& hints, const Query& query, wire::ReadHints& out) {
  out.set_step_ms(hints.step_ms);
  out.set_func(hints.func);
  out.set_start_ms(hints.start_ms != 0 ? hints.start_ms : query.start_ms);
  out.set_end_ms(hints.end_ms != 0 ? hints.end_ms : query.end_ms);
  for (const std::string& label : hints.grouping) out.add_grouping(label);
  out.set_by(hints.by);
  out.set_range_ms(hints.range_ms);
}

void fill(const Query& query, wire::Query& out) {
  out.set_start_timestamp_ms(query.start_ms);
  out.set_end_timestamp_ms(query.end_ms);
  for (const Matcher& matcher : query.matchers) {
    wire::LabelMatcher& to = *out.add_matchers();
    to.set_type(static_cast<wire::LabelMatcher_Type>(matcher.type));
    to.set_name(matcher.name);
    to.set_value(matcher.value);
  }
  fill(query.hints, query, *out.mutable_hints());
}

}  // namespace

std::string build_request(std::span<const Query> queries, std::span<const ResponseType> accepted) {
  wire::ReadRequest request;
  for (const Query& query : queries) fill(query, *request.add_queries());
  for (const ResponseType type : accepted) {
    request.add_accepted_response_types(static_cast<wire::ReadRequest_ResponseType>(type));
  }
  const std::string plain = request.SerializeAsString();
  std::string block;
  snappy::Compress(plain.data(), plain.size(), &block);
  return block;
}

}  // namespace remote_read
