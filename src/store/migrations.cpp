#include "rookery/store/migrations.h"

#include <array>

namespace rookery::store {

std::span<const Migration> migrations() {
  static const std::array kAll = {
      firstSchema(),     // 1
      reading(),         // 2
      content(),         // 3
      administration(),  // 4
      search(),          // 5
      accounts(),        // 6
      mentions(),        // 7
      keptSockets(),     // 8
      searchPrefixes(),  // 9
      searchSpans(),     // 10
      searchPending(),   // 11
  };
  return kAll;
}

int schemaVersion() { return static_cast<int>(migrations().size()); }

}  // namespace rookery::store
