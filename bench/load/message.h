#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "load/people.h"

namespace rookery::bench {

/// Words of lower-case letters; the same in every run, others for messages that follow each other,
/// so that nothing can be guessed.
[[nodiscard]] std::string_view textFor(std::uint64_t message, std::size_t bytes);

/// Adds the packet that sends a message and asks for its acknowledgement.
void appendMessage(std::string& packet, const Conversation& conversation, std::uint64_t ackId,
                   std::string_view clientMessageId, std::string_view body);

}  // namespace rookery::bench
