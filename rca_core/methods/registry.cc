#include "rca_core/methods/registry.h"

#include <cstdio>
#include <cstdlib>
#include <map>
#include <utility>

namespace rca {
namespace {

using MethodsByName = std::map<std::string, std::unique_ptr<Method>, std::less<>>;

// Made at its first use: registrations run before main(), in no order that can be relied on.
MethodsByName& methods_by_name() {
  static MethodsByName methods;
  return methods;
}

}  // namespace

Result<const Method*> find_method(std::string_view name) {
  const MethodsByName& methods = methods_by_name();
  if (const auto it = methods.find(name); it != methods.end()) return it->second.get();
  std::string known;
  for (const auto& [known_name, method] : methods) known += (known.empty() ? "" : ", ") + known_name;
  return Error{ErrorKind::not_found, "unknown method \"" + std::string(name) + "\"; known are " + known};
}

std::vector<const Method*> all_methods() {
  std::vector<const Method*> all;
  for (const auto& [name, method] : methods_by_name()) all.push_back(method.get());
  return all;
}

MethodRegistration::MethodRegistration(std::unique_ptr<Method> method) {
  const std::string name(method->name());
  if (!methods_by_name().emplace(name, std::move(method)).second) {
    std::fprintf(stderr, "two methods are registered as \"%s\"\n", name.c_str());
    std::abort();
  }
}

}  // namespace rca
