#include "exporter/web/router.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>
#include <vector>

#include "exporter/incident/action_list.h"
#include "exporter/incident/change_event.h"
#include "exporter/incident/report.h"
#include "exporter/web/landing_page.h"

namespace exporter {
namespace {

constexpr std::string_view kIncidentPrefix = "/api/v1/incidents/";
constexpr std::string_view kReportSuffix = "/report";
constexpr std::string_view kReadMethods = "GET, HEAD";
constexpr std::string_view kJson = "application/json";
// Below this a compressed page is not worth the client's work.
constexpr std::size_t kMinGzipBytes = 1024;

bool is_api(std::string_view path) {
  return path.starts_with("/api/");
}

// In the form that clients of this path read.
HttpResponse error_response(std::string_view path, int status, std::string_view sentence) {
  return is_api(path) ? json_error(status, sentence) : text_response(status, sentence);
}

HttpResponse json_response(std::string body) {
  HttpResponse response;
  response.content_type = kJson;
  response.body = std::move(body);
  return response;
}

int status_of(rca::ErrorKind kind) {
  switch (kind) {
    case rca::ErrorKind::invalid_argument:
    case rca::ErrorKind::malformed:
    case rca::ErrorKind::limit:
    case rca::ErrorKind::truncated: return 400;
    case rca::ErrorKind::not_found: return 404;
    default: return 503;
  }
}

HttpResponse failure(const rca::Error& error) {
  return json_error(status_of(error.kind), error.message);
}

HttpResponse body_failure(const rca::Error& error) {
  return json_error(error.kind == rca::ErrorKind::limit ? 413 : 400, error.message);
}

// A browser says where a request comes from; another site must not make it write with the user's credentials.
bool same_origin(const HttpRequest& request) {
  if (request.origin.empty()) return true;
  const auto scheme_end = request.origin.find("://");
  return scheme_end != std::string::npos && request.origin.substr(scheme_end + 3) == request.host;
}

}  // namespace

struct Router::Route {
  std::string_view path;  // whole, or the front when `prefix`
  bool prefix;
  bool open;                 // without authentication: probes have no credentials, and it tells nothing
  bool write;                // needs permission
  bool lifecycle;            // which permission
  std::string_view methods;  // for Allow
  HttpResponse (Router::*handle)(const HttpRequest&);
};

const Router::Route* Router::find_route(std::string_view path) {
  static constexpr std::array<Route, 10> kRoutes{{
      {"/", false, false, false, false, kReadMethods, &Router::landing},
      {"/metrics", false, false, false, false, kReadMethods, &Router::metrics},
      {"/-/healthy", false, true, false, false, kReadMethods, &Router::healthy},
      {"/-/ready", false, true, false, false, kReadMethods, &Router::ready},
      {"/-/reload", false, false, true, true, "POST, PUT", &Router::reload},
      {"/api/v1/incidents", false, false, false, false, kReadMethods, &Router::incidents},
      {"/api/v1/actions", false, false, false, false, kReadMethods, &Router::actions},
      {kIncidentPrefix, true, false, false, false, kReadMethods, &Router::incident},
      {"/api/v1/alerts", false, false, true, false, "POST", &Router::alerts},
      {"/api/v1/changes", false, false, true, false, "POST", &Router::changes},
  }};
  const auto it = std::find_if(kRoutes.begin(), kRoutes.end(), [path](const Route& route) {
    return route.prefix ? path.starts_with(route.path) && path.size() > route.path.size() : path == route.path;
  });
  return it == kRoutes.end() ? nullptr : &*it;
}

Router::Router(WebConfig auth, WritePermissions permissions, WebHandlers handlers)
    : auth_(std::move(auth)), handlers_(std::move(handlers)), permissions_(permissions) {
  publish(std::make_shared<const Snapshot>());
}

void Router::publish(std::shared_ptr<const Snapshot> snapshot) {
  auto page = MetricsPage::create(*snapshot, build_);
  if (!page.ok()) return;  // out of memory: the last page stays, its age tells
  auto next = std::make_shared<const Published>(Published{std::move(snapshot), std::move(page).value()});
  const std::lock_guard lock(mutex_);
  published_.swap(next);  // the old one is freed after the lock, or by its last reader
}

void Router::set_permissions(WritePermissions permissions) {
  const std::lock_guard lock(mutex_);
  permissions_ = permissions;
}

std::shared_ptr<const Router::Published> Router::published() const {
  const std::lock_guard lock(mutex_);
  return published_;
}

std::int64_t Router::now_ms() const {
  if (handlers_.now_ms) return handlers_.now_ms();
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

HttpResponse Router::authenticate(const HttpRequest& request) {
  switch (auth_.check(request.authorization)) {
    case Authenticator::Verdict::granted: return {};
    case Authenticator::Verdict::busy: {
      HttpResponse response = error_response(request.path, 429, "Too many attempts to authenticate, try again later");
      response.headers.emplace_back("Retry-After", "1");
      return response;
    }
    case Authenticator::Verdict::denied: break;
  }
  HttpResponse response = error_response(request.path, 401, "Unauthorized");
  response.headers.emplace_back("WWW-Authenticate", "Basic realm=\"rca_exporter\", charset=\"UTF-8\"");
  return response;
}

HttpResponse Router::authorize_write(const HttpRequest& request, bool lifecycle) const {
  if (!same_origin(request)) return error_response(request.path, 403, "Requests from other sites are refused");
  if (auth_.enabled()) return {};
  const std::lock_guard lock(mutex_);
  if (lifecycle ? permissions_.lifecycle : permissions_.write) return {};
  return error_response(request.path, 403,
                        std::string("This route is off: set web.") + (lifecycle ? "enable_lifecycle" : "enable_write") +
                            " in the configuration, or configure users with --web.config.file and authenticate");
}

HttpResponse Router::handle(const HttpRequest& request) {
  const Route* route = find_route(request.path);
  if (route == nullptr || !route->open) {
    if (HttpResponse denied = authenticate(request); denied.status != 200) return denied;
  }
  if (route == nullptr) return error_response(request.path, 404, "There is nothing here");
  std::string_view methods = route->methods;
  bool allowed = false;
  while (!methods.empty() && !allowed) {
    const auto end = methods.find(", ");
    allowed = methods.substr(0, end) == request.method;
    methods = end == std::string_view::npos ? std::string_view() : methods.substr(end + 2);
  }
  if (!allowed) {
    HttpResponse response = error_response(request.path, 405, "This method is not allowed here");
    response.headers.emplace_back("Allow", route->methods);
    return response;
  }
  if (route->write) {
    if (HttpResponse denied = authorize_write(request, route->lifecycle); denied.status != 200) return denied;
  }
  return (this->*route->handle)(request);
}

HttpResponse Router::landing(const HttpRequest& /*request*/) {
  HttpResponse response;
  response.content_type = "text/html; charset=utf-8";
  response.headers.emplace_back("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'");
  response.body = landing_page(*published()->snapshot, build_);
  return response;
}

HttpResponse Router::metrics(const HttpRequest& request) {
  const auto current = published();
  HttpResponse response;
  response.content_type = "text/plain; version=0.0.4; charset=utf-8";
  response.headers.emplace_back("Vary", "Accept-Encoding");
  if (accepts_gzip(request.accept_encoding) && current->page.size() >= kMinGzipBytes) {
    if (auto compressed = current->page.gzip(); compressed.ok()) {
      response.headers.emplace_back("Content-Encoding", "gzip");
      response.body = std::move(compressed).value();
      return response;
    }
  }
  response.body = current->page.plain();
  return response;
}

HttpResponse Router::healthy(const HttpRequest& /*request*/) {
  return text_response(200, "rca_exporter is healthy.");
}

HttpResponse Router::ready(const HttpRequest& /*request*/) {
  if (published()->snapshot->evaluations > 0) return text_response(200, "rca_exporter is ready.");
  return text_response(503, "rca_exporter is not ready: the first evaluation has not finished.");
}

HttpResponse Router::reload(const HttpRequest& /*request*/) {
  if (!handlers_.reload) return text_response(503, "Reloading is not possible");
  const auto result = handlers_.reload();
  if (!result.ok()) return text_response(500, "The old configuration stays: " + result.error().message);
  return text_response(200, "The configuration was reloaded.");
}

HttpResponse Router::incidents(const HttpRequest& request) {
  const std::string state = query_value(request.query, "state");
  if (!state.empty() && state != "open" && state != "resolved") {
    return json_error(400, "state: must be \"open\" or \"resolved\"");
  }
  const std::string sort = query_value(request.query, "sort");
  if (!sort.empty() && sort != "budget") return json_error(400, "sort: must be \"budget\"");
  const auto current = published();
  std::vector<Incident> chosen;
  for (const Incident& incident : current->snapshot->incidents) {
    if (state.empty() || incident.open() == (state == "open")) chosen.push_back(incident);
  }
  return json_response(incidents_json(sort.empty() ? chosen : by_budget(chosen)));
}

HttpResponse Router::actions(const HttpRequest& /*request*/) {
  return json_response(actions_json(published()->snapshot->incidents));
}

HttpResponse Router::incident(const HttpRequest& request) {
  const auto current = published();
  const Snapshot& snapshot = *current->snapshot;
  std::string id = request.path.substr(kIncidentPrefix.size());
  const bool report = id.ends_with(kReportSuffix);
  if (report) id.resize(id.size() - kReportSuffix.size());
  const std::string format = report ? query_value(request.query, "format") : "";
  if (!format.empty() && format != "json" && format != "markdown") {
    return json_error(400, "format: must be \"markdown\" or \"json\"");
  }

  std::optional<Incident> found;
  const auto it = std::find_if(snapshot.incidents.begin(), snapshot.incidents.end(),
                               [&id](const Incident& incident) { return incident.id == id; });
  if (it != snapshot.incidents.end()) {
    found = *it;
  } else if (handlers_.find_incident) {
    auto stored = handlers_.find_incident(id);
    if (!stored.ok()) return failure(stored.error());
    found = std::move(stored).value();
  }
  if (!found) return json_error(404, "There is no incident '" + id.substr(0, 200) + "'");

  ReportOptions options;
  options.now_ms = now_ms();
  if (snapshot.top_k > 0) options.top_k = static_cast<std::size_t>(snapshot.top_k);
  if (!report) return json_response(incident_json(*found, options.top_k));
  if (format == "json") return json_response(report_json(*found, snapshot.changes, options));
  HttpResponse response;
  response.content_type = "text/markdown; charset=utf-8";
  response.body = report_markdown(*found, snapshot.changes, options);
  return response;
}

HttpResponse Router::alerts(const HttpRequest& request) {
  if (!handlers_.on_alerts) return json_error(503, "Alerts cannot be taken");
  const auto body = request.read_body();
  if (!body.ok()) return body_failure(body.error());
  auto parsed = parse_alertmanager_webhook(*body);
  if (!parsed.ok()) return failure(parsed.error());
  const std::size_t count = parsed->size();
  const auto result = handlers_.on_alerts(std::move(parsed).value());
  if (!result.ok()) return failure(result.error());
  return json_response("{\"accepted\":" + std::to_string(count) + "}\n");
}

HttpResponse Router::changes(const HttpRequest& request) {
  if (!handlers_.on_changes) return json_error(503, "Change events cannot be taken");
  const auto body = request.read_body();
  if (!body.ok()) return body_failure(body.error());
  auto parsed = parse_change_events(*body, now_ms());
  if (!parsed.ok()) return failure(parsed.error());
  const std::size_t count = parsed->size();
  const auto result = handlers_.on_changes(std::move(parsed).value());
  if (!result.ok()) return failure(result.error());
  return json_response("{\"accepted\":" + std::to_string(count) + "}\n");
}

}  // namespace exporter
