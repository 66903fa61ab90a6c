// Every route, apart from sockets: request in, response out.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "exporter/web/auth.h"
#include "exporter/web/http.h"
#include "exporter/web/metrics_page.h"
#include "exporter/web/server.h"

namespace exporter {

// Thread-safe.
class Router {
 public:
  Router(WebConfig auth, WritePermissions permissions, WebHandlers handlers);

  void publish(std::shared_ptr<const Snapshot> snapshot);
  void set_permissions(WritePermissions permissions);
  HttpResponse handle(const HttpRequest& request);

 private:
  struct Published {
    std::shared_ptr<const Snapshot> snapshot;
    MetricsPage page;
  };
  struct Route;

  static const Route* find_route(std::string_view path);
  [[nodiscard]] std::shared_ptr<const Published> published() const;
  [[nodiscard]] std::int64_t now_ms() const;
  HttpResponse authenticate(const HttpRequest& request);  // status 200: go on
  [[nodiscard]] HttpResponse authorize_write(const HttpRequest& request, bool lifecycle) const;

  HttpResponse landing(const HttpRequest& request);
  HttpResponse metrics(const HttpRequest& request);
  HttpResponse healthy(const HttpRequest& request);
  HttpResponse ready(const HttpRequest& request);
  HttpResponse reload(const HttpRequest& request);
  HttpResponse incidents(const HttpRequest& request);
  HttpResponse incident(const HttpRequest& request);
  HttpResponse actions(const HttpRequest& request);
  HttpResponse alerts(const HttpRequest& request);
  HttpResponse changes(const HttpRequest& request);

  Authenticator auth_;
  WebHandlers handlers_;
  BuildLabels build_ = build_labels();
  mutable std::mutex mutex_;  // guards what follows; held only to copy
  WritePermissions permissions_;
  std::shared_ptr<const Published> published_;
};

}  // namespace exporter
