// Fuzz targets check what must hold for every input with this, in all builds.
#pragma once

#include <cstdlib>

inline void require(bool condition) {
  if (!condition) std::abort();
}
