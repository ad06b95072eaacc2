#pragma once

#include "rookery/app/config.h"
#include "rookery/app/data_folder.h"
#include "rookery/base/error.h"
#include "rookery/base/random.h"
#include "rookery/chat/tokens.h"

namespace rookery::app {

/// The configured keys; without a configured secret the one of the folder, which is made when there
/// is none. kInvalidPayload or kStoreFailed with one line that says why they cannot be used.
/// Thread: any; reads files.
[[nodiscard]] base::Result<chat::TokenKeys> tokenKeys(const Config::Auth& auth,
                                                      const DataFolder& folder,
                                                      base::Random& random);

}  // namespace rookery::app
