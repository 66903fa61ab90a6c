#include "exporter/dataset/truth.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace exporter::dataset {
namespace {

using nlohmann::json;
using rca::Error;
using rca::ErrorKind;
using rca::Result;

// The text in `object[key]`; empty when it is not there or null.
Result<std::string> text_in(const json& object, const char* key, const std::string& file) {
  const auto it = object.find(key);
  if (it == object.end() || it->is_null()) return std::string();
  if (!it->is_string()) return Error{ErrorKind::malformed, file + ": '" + key + "' is not a text"};
  return it->get<std::string>();
}

Result<std::vector<std::string>> texts_in(const json& object, const char* key, const std::string& file) {
  std::vector<std::string> out;
  const auto it = object.find(key);
  if (it == object.end() || it->is_null()) return out;
  Error error{ErrorKind::malformed, file + ": '" + key + "' is not a list of texts"};
  if (!it->is_array()) return error;
  for (const json& item : *it) {
    if (!item.is_string()) return error;
    out.push_back(item.get<std::string>());
  }
  return out;
}

Result<json> parse(std::string_view text, const std::string& file) {
  try {
    return json::parse(text);
  } catch (const json::parse_error& error) {
    const std::size_t at = std::min(error.byte, text.size());
    const auto line = 1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n');
    return Error{ErrorKind::malformed, file + ":" + std::to_string(line) + ": is not JSON"};
  } catch (const json::exception&) {  // what is left: a number beyond what a double holds
    return Error{ErrorKind::malformed, file + ": holds a number that is too large"};
  }
}

}  // namespace

Result<TruthFile> read_truth(std::string_view text, const std::string& file) {
  RCA_ASSIGN(const json object, parse(text, file));
  if (!object.is_object()) return Error{ErrorKind::malformed, file + ": is not a JSON object"};
  TruthFile truth;
  RCA_ASSIGN(truth.service, text_in(object, "service", file));
  RCA_ASSIGN(truth.services, texts_in(object, "services", file));
  RCA_ASSIGN(truth.metric, text_in(object, "metric", file));
  RCA_ASSIGN(truth.fault, text_in(object, "fault", file));
  RCA_ASSIGN(truth.sli, text_in(object, "sli", file));
  return truth;
}

Result<Truth> make_truth(const std::string& folder, const TruthFile& file, const std::string& label) {
  const std::size_t at = folder.find('_');
  const bool speaks = at != std::string::npos && at > 0 && at + 1 < folder.size();
  Truth truth;
  truth.metric = file.metric;
  truth.fault = speaks ? folder.substr(at + 1) : file.fault;
  const std::string service = !file.service.empty() ? file.service : speaks ? folder.substr(0, at) : "";
  if (!service.empty()) truth.services.push_back(service);
  for (const std::string& other : file.services) {
    if (other.empty()) continue;
    if (std::find(truth.services.begin(), truth.services.end(), other) == truth.services.end()) {
      truth.services.push_back(other);
    }
  }
  if (truth.services.empty()) {
    return Error{
        ErrorKind::malformed,
        label + ": the service at fault is not known: neither truth.json nor a folder <service>_<fault> names it"};
  }
  return truth;
}

}  // namespace exporter::dataset
