#pragma once

#include <string>

#include "rookery/app/config.h"
#include "rookery/app/data_folder.h"
#include "rookery/app/population.h"
#include "rookery/base/error.h"

namespace rookery::app {

/// What was made, for the person who asked for it.
struct Generated {
  std::string firstUser;  ///< the names of the others follow from it
  std::string password;   ///< of all of them: hashing one for each would take hours
};

/// Adds `population` to the store of `folder`, whose lock the caller holds, and lists it in
/// users.tsv, rooms.tsv and channels.tsv of the folder `out`, which is made when it is missing.
/// Everybody has joined his rooms and channels; the channels lie in one workspace, whose admin is
/// the first user. kStoreFailed: the store cannot be opened or written. kInternal: `out` cannot.
/// Thread: main; it writes from here.
[[nodiscard]] base::Result<Generated> generate(const Config& config, const DataFolder& folder,
                                               const Population& population,
                                               const std::string& out);

}  // namespace rookery::app
