#pragma once

#include <optional>
#include <string>
#include <vector>

namespace rookery::bench {

struct Person {
  std::string id;
  std::string token;
  std::vector<std::size_t> conversations;  ///< places in People::conversations
};

struct Conversation {
  std::string id;
  std::string workspaceId;  ///< empty: a one-to-one room
  std::vector<std::size_t> members;

  [[nodiscard]] bool isChannel() const { return !workspaceId.empty(); }
};

/// What `rookery generate` wrote into a folder.
struct People {
  std::vector<Person> persons;
  std::vector<Conversation> conversations;

  /// `kind`: "channels" or "rooms". Nothing when a file cannot be read or makes no sense.
  [[nodiscard]] static std::optional<People> read(const std::string& folder,
                                                  const std::string& kind);
};

}  // namespace rookery::bench
