#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "rookery/store/records.h"

/// Rows with every field set, so that a field that is lost on the way is seen.
namespace rookery::test {

/// The same number gives the same id; ids rise with their numbers.
inline base::ObjectId idOf(std::uint64_t number) {
  base::ObjectId id;
  id.bytes[0] = 0x6a;
  for (int i = 0; i < 8; ++i) id.bytes[11 - i] = static_cast<std::uint8_t>(number >> (8 * i));
  return id;
}

inline constexpr std::uint64_t kConversations = 1'000'000;  ///< numbers of the ids made below
inline constexpr std::uint64_t kSenders = 2'000'000;

/// Message `seq` of conversation `conversation`; unique by the two.
inline store::MessageRecord messageRecord(std::uint64_t seq, std::uint64_t conversation = 1,
                                          std::uint64_t generation = 0) {
  store::MessageRecord record;
  record.id = idOf(3'000'000'000 + conversation * 1'000'000 + generation * 100'000 + seq);
  record.conversationId = idOf(kConversations + conversation);
  record.senderId = idOf(kSenders + 1);
  record.seq = seq;
  record.generation = generation;
  record.createdAt = 1'790'000'000'000 + static_cast<base::WallMs>(seq);
  record.body = "message " + std::to_string(seq);
  return record;
}

inline store::MessageRecord withClientId(store::MessageRecord record, std::string clientId) {
  record.clientMessageId = std::move(clientId);
  return record;
}

inline store::UserRecord userRecord(std::uint64_t number, std::string username, std::string email) {
  return {.id = idOf(kSenders + number),
          .username = std::move(username),
          .email = std::move(email),
          .passwordHash = "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$aGFzaA",
          .avatar = "/files/" + std::to_string(number) + ".png",
          .name = "Näme " + std::to_string(number),
          .about = "about",
          .disabled = number % 2 == 1,
          .admin = number % 3 == 1,
          .createdAt = 1'790'000'000'000,
          .updatedAt = 1'790'000'000'001};
}
inline store::UserRecord userRecord(std::uint64_t number) {
  const std::string name = "user" + std::to_string(number);
  return userRecord(number, name, name + "@example.org");
}

}  // namespace rookery::test
