// Result<T>: a value, or an Error that says what went wrong in one sentence. Expected failures (a server that
// is down, a bad regex, a truncated chunk) travel as values; exceptions never cross a library's edge.
#pragma once

#include <cassert>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace rca {

// What kind of failure it was. `to_string` gives the name under which failures are counted, so these names are
// label values of `rca_remote_read_failures_total{reason}` and friends: renaming one is a breaking change.
enum class ErrorKind {
  invalid_argument,      // the caller's input makes no sense (a bad selector, an unknown method)
  not_found,             // what was asked for does not exist
  missing_input,         // a method needs an input (graph, SLI, traces) that is not there
  connection,            // refused, reset, name not resolved, TLS handshake failed
  timeout,               // no answer in time
  http_client_error,     // HTTP 4xx
  http_server_error,     // HTTP 5xx
  unexpected_content,    // HTTP 200 with something that is not a remote-read answer (HTML, JSON)
  truncated,             // the stream ended in the middle
  checksum,              // CRC32C mismatch
  limit,                 // a configured bound (bytes, series, samples, frame size) was exceeded
  malformed,             // bytes that do not decode
  unsupported_encoding,  // a chunk encoding that this version does not know
  io,                    // files, the database
  cancelled,             // a stop was asked for
  internal,              // a bug of ours
};

constexpr std::string_view to_string(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::invalid_argument: return "invalid_argument";
    case ErrorKind::not_found: return "not_found";
    case ErrorKind::missing_input: return "missing_input";
    case ErrorKind::connection: return "connection";
    case ErrorKind::timeout: return "timeout";
    case ErrorKind::http_client_error: return "http_client_error";
    case ErrorKind::http_server_error: return "http_server_error";
    case ErrorKind::unexpected_content: return "unexpected_content";
    case ErrorKind::truncated: return "truncated";
    case ErrorKind::checksum: return "checksum";
    case ErrorKind::limit: return "limit";
    case ErrorKind::malformed: return "malformed";
    case ErrorKind::unsupported_encoding: return "unsupported_encoding";
    case ErrorKind::io: return "io";
    case ErrorKind::cancelled: return "cancelled";
    case ErrorKind::internal: return "internal";
  }
  return "internal";
}

struct Error {
  ErrorKind kind = ErrorKind::internal;
  std::string message;  // one sentence, no trailing full stop, names the file, line, series or field

  // The same error with `context` in front: "context: message".
  [[nodiscard]] Error with_context(std::string_view context) const {
    return {kind, std::string(context) + ": " + message};
  }
};

template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}      // NOLINT(google-explicit-constructor)
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT(google-explicit-constructor)

  [[nodiscard]] bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  // Requires ok(). (The analyzer does not know that index() == 0 makes get_if<0> non-null.)
  [[nodiscard]] const T& value() const& { return assert(ok()), *std::get_if<0>(&state_); }  // NOLINT(*UndefReturn)
  [[nodiscard]] T& value() & { return assert(ok()), *std::get_if<0>(&state_); }             // NOLINT(*UndefReturn)
  [[nodiscard]] T&& value() && { return assert(ok()), std::move(*std::get_if<0>(&state_)); }
  const T& operator*() const& { return value(); }
  T& operator*() & { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  const T* operator->() const { return &value(); }
  T* operator->() { return &value(); }

  // Requires !ok().
  [[nodiscard]] const Error& error() const& { return assert(!ok()), *std::get_if<1>(&state_); }  // NOLINT(*UndefReturn)
  [[nodiscard]] Error&& error() && { return assert(!ok()), std::move(*std::get_if<1>(&state_)); }

 private:
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}  // NOLINT(google-explicit-constructor)

  [[nodiscard]] bool ok() const { return !error_.has_value(); }
  explicit operator bool() const { return ok(); }
  [[nodiscard]] const Error& error() const& { return assert(!ok()), *error_; }
  [[nodiscard]] Error&& error() && { return assert(!ok()), std::move(*error_); }

 private:
  std::optional<Error> error_;
};

}  // namespace rca

// RCA_TRY(expr): return the error of a Result<…> expression from the enclosing function, if it has one.
#define RCA_TRY(expr)                                         \
  do {                                                        \
    if (auto rca_try_result = (expr); !rca_try_result.ok()) { \
      return std::move(rca_try_result).error();               \
    }                                                         \
  } while (false)

// RCA_ASSIGN(declaration, expr): declaration = value of expr, or return its error.
#define RCA_CONCAT_INNER(a, b) a##b
#define RCA_CONCAT(a, b) RCA_CONCAT_INNER(a, b)
#define RCA_ASSIGN(declaration, expr) RCA_ASSIGN_IMPL(declaration, expr, RCA_CONCAT(rca_result_, __LINE__))
#define RCA_ASSIGN_IMPL(declaration, expr, name)  \
  auto name = (expr);                             \
  if (!name.ok()) return std::move(name).error(); \
  declaration = std::move(name).value()
