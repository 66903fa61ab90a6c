#include "tests/testbed/llmsim/server.h"

#include <civetweb.h>

#include <chrono>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <set>

#include "tests/testbed/llmsim/hooks/endpoints.h"

namespace llmsim {
namespace {

double wall_clock() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

int reply(mg_connection* connection, int status, const char* type, const std::string& body) {
  mg_printf(connection, "HTTP/1.1 %d %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n",
            status, mg_get_response_code_text(connection, status), type, body.size());
  mg_write(connection, body.data(), body.size());
  return status;
}

int reply_json(mg_connection* connection, int status, const std::string& body) {
  return reply(connection, status, "application/json", body + "\n");
}

int reply_error(mg_connection* connection, int status, const std::string& message) {
  return reply_json(connection, status,
                    nlohmann::json{{"error", message}}.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

std::string query_variable(const mg_request_info& request, const char* name) {
  if (request.query_string == nullptr) return "";
  const std::string_view query = request.query_string;
  std::string value(query.size() + 1, '\0');
  const int length = mg_get_var(query.data(), query.size(), name, value.data(), value.size());
  value.resize(length > 0 ? static_cast<std::size_t>(length) : 0);
  return value;
}

}  // namespace

LiveStack::LiveStack(std::unique_ptr<Simulation> simulation, std::vector<Target> targets)
    : simulation_(std::move(simulation)), targets_(std::move(targets)) {}

void LiveStack::advance() {
  simulation_->advance_to(wall_clock() - simulation_->config().start);
}

void LiveStack::tick() {
  const std::lock_guard lock(mutex_);
  advance();
}

std::string LiveStack::scrape(const Target& target) {
  const std::lock_guard lock(mutex_);
  advance();
  TextSink sink;
  target.exporter->render(*simulation_, sink);
  return sink.text();
}

bool LiveStack::answers(const Target& target) {
  const std::lock_guard lock(mutex_);
  advance();
  return endpoint_answers(*simulation_, target.pod);
}

double LiveStack::answer_delay(const Target& target) {
  const std::lock_guard lock(mutex_);
  return target.pod == SIZE_MAX ? 0 : simulation_->host_of(target.pod).egress().mean;
}

rca::Result<void> LiveStack::inject(const std::string& type, const std::string& target,
                                    const FaultParameters& parameters) {
  const std::lock_guard lock(mutex_);
  advance();
  return simulation_->inject(type, target, parameters);
}

void LiveStack::remove_faults(const std::string& type, const std::string& target) {
  const std::lock_guard lock(mutex_);
  advance();
  simulation_->remove_faults(type, target);
}

std::string LiveStack::faults_json(bool all) {
  const std::lock_guard lock(mutex_);
  advance();
  nlohmann::json list = nlohmann::json::array();
  const double start = simulation_->config().start;
  for (const FaultRecord& record : simulation_->faults()) {
    if (!all && record.end >= 0) continue;
    nlohmann::json entry{{"type", record.type},
                         {"target", record.target},
                         {"start", start + record.begin},
                         {"fault_class", record.fault_class},
                         {"entity", record.entity}};
    if (!record.parameters.empty()) entry["parameters"] = record.parameters;
    entry["end"] = record.end < 0 ? nlohmann::json(nullptr) : nlohmann::json(start + record.end);
    list.push_back(std::move(entry));
  }
  nlohmann::json types = nlohmann::json::array();
  for (const FaultType& type : fault_types()) {
    if (type.stack == Stack::full && simulation_->topology().stack != Stack::full) continue;
    types.push_back({{"type", type.name}, {"fault_class", type.fault_class}, {"description", type.description}});
  }
  return nlohmann::json{{"now", simulation_->unix_now()}, {"faults", list}, {"types", types}}.dump(2);
}

rca::Result<std::unique_ptr<Server>> Server::start(LiveStack& stack, int base_port) {
  std::unique_ptr<Server> server(new Server(stack, base_port));
  std::set<int> ports = {base_port};
  for (const Target& target : stack.targets()) ports.insert(base_port + target.port_offset);
  std::string listen;
  for (const int port : ports) listen += (listen.empty() ? "127.0.0.1:" : ",127.0.0.1:") + std::to_string(port);
  const char* options[] = {
      "listening_ports", listen.c_str(),     "num_threads", "24",   "enable_keep_alive", "no", "request_timeout_ms",
      "10000",           "max_request_size", "8192",        nullptr};
  mg_callbacks callbacks{};
  callbacks.log_message = on_log;
  server->context_ = mg_start(&callbacks, server.get(), options);
  if (server->context_ == nullptr) {
    return rca::Error{rca::ErrorKind::io, "cannot listen on " + listen + ": " +
                                              (server->error_.empty() ? "is one of the ports taken?" : server->error_)};
  }
  mg_set_request_handler(server->context_, "/", on_request, server.get());
  return server;
}

Server::~Server() {
  {
    const std::lock_guard lock(stop_mutex_);
    stopping_ = true;
  }
  stopped_.notify_all();
  if (context_ != nullptr) mg_stop(context_);
}

int Server::on_log(const mg_connection* connection, const char* message) {
  // Before mg_start returns, the first complaint is the one about the port.
  auto* self = static_cast<Server*>(mg_get_user_data(mg_get_context(connection)));
  if (self != nullptr && self->context_ == nullptr && self->error_.empty()) self->error_ = message;
  return 1;
}

int Server::on_request(mg_connection* connection, void* data) {
  auto& self = *static_cast<Server*>(data);
  const int offset = mg_get_request_info(connection)->server_port - self.base_port_;
  return offset == 0 ? self.control(connection) : self.exporter(connection, offset);
}

int Server::control(mg_connection* connection) {
  const mg_request_info& request = *mg_get_request_info(connection);
  const std::string_view method = request.request_method;
  const std::string_view path = request.local_uri;
  if (path == "/fault") {
    const std::string type = query_variable(request, "type");
    const std::string target = query_variable(request, "target");
    if (method == "GET") return reply_json(connection, 200, stack_.faults_json(false));
    if (method == "POST") {
      FaultParameters parameters;
      for (const FaultType& known : fault_types()) {
        if (known.name != type) continue;
        for (const auto& [name, value] : known.parameters) {
          const std::string text = query_variable(request, name.c_str());
          if (text.empty()) continue;
          char* end = nullptr;
          parameters[name] = std::strtod(text.c_str(), &end);
          if (*end != '\0') return reply_error(connection, 400, "'" + text + "' is not a number");
        }
      }
      if (const auto injected = stack_.inject(type, target, parameters); !injected) {
        return reply_error(connection, 400, injected.error().message);
      }
      return reply_json(connection, 200, stack_.faults_json(false));
    }
    if (method == "DELETE") {
      stack_.remove_faults(type, target);
      return reply_json(connection, 200, stack_.faults_json(false));
    }
    return reply_error(connection, 405, "/fault takes GET, POST and DELETE");
  }
  if (method != "GET" && method != "HEAD") return reply_error(connection, 405, "only GET here");
  if (path == "/truth") return reply_json(connection, 200, stack_.faults_json(true));
  if (path == "/-/ready" || path == "/-/healthy") return reply(connection, 200, "text/plain", "llmsim is ready.\n");
  if (path == "/") return reply(connection, 200, "text/html; charset=utf-8", landing_page(0));
  return reply_error(connection, 404, "there are /, /fault, /truth and /-/ready here");
}

int Server::exporter(mg_connection* connection, int offset) {
  const mg_request_info& request = *mg_get_request_info(connection);
  const std::string_view method = request.request_method;
  if (method != "GET" && method != "HEAD") return reply_error(connection, 405, "only GET here");
  for (const Target& target : stack_.targets()) {
    if (target.port_offset != offset || target.path != request.local_uri) continue;
    if (!stack_.answers(target)) return reply(connection, 503, "text/plain", "this exporter is off\n");
    const double delay = stack_.answer_delay(target);
    std::string text = stack_.scrape(target);
    if (delay > 0) {
      // The pod's packets are held up, those of its metrics endpoint too.
      std::unique_lock lock(stop_mutex_);
      stopped_.wait_for(lock, std::chrono::duration<double>(delay), [this] { return stopping_; });
    }
    return reply(connection, 200, "text/plain; version=0.0.4; charset=utf-8", text);
  }
  if (std::string_view(request.local_uri) == "/") {
    return reply(connection, 200, "text/html; charset=utf-8", landing_page(offset));
  }
  return reply(connection, 404, "text/html; charset=utf-8", landing_page(offset));
}

std::string Server::landing_page(int offset) const {
  std::string page = "<html><head><title>llmsim</title></head><body><h1>llmsim</h1><ul>\n";
  for (const Target& target : stack_.targets()) {
    if (offset != 0 && target.port_offset != offset) continue;
    const std::string url = "http://127.0.0.1:" + std::to_string(base_port_ + target.port_offset) + target.path;
    page.append("<li>")
        .append(target.job)
        .append(": <a href=\"")
        .append(url)
        .append("\">")
        .append(url)
        .append("</a></li>\n");
  }
  if (offset == 0) page += "<li><a href=\"/fault\">faults now</a></li>\n<li><a href=\"/truth\">all faults</a></li>\n";
  return page + "</ul></body></html>\n";
}

}  // namespace llmsim
