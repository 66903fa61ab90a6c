// All methods, by name. A method's file registers itself; nothing else names it.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"
#include "rca_core/methods/method.h"

namespace rca {

// The method called `name`. Error not_found: lists the known names.
Result<const Method*> find_method(std::string_view name);

// All methods, ordered by name.
std::vector<const Method*> all_methods();

// A method's file holds one of these at namespace scope: `const MethodRegistration
// registration(std::make_unique<Nsigma>());`
class MethodRegistration {
 public:
  explicit MethodRegistration(std::unique_ptr<Method> method);
};

}  // namespace rca
