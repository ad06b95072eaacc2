#include "rookery/base/check.h"

#include <cstdio>
#include <cstdlib>

namespace rookery::base {

void checkFailed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "rookery: check failed: %s (%s:%d)\n", condition, file, line);
  std::abort();
}

}  // namespace rookery::base
