#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace rookery::witness {

/// What a socket was told, in the order of telling.
struct Told {
  enum class Kind : std::uint8_t {
    kSent,  ///< by this socket's client, not told
    kOptimistic,
    kOwn,
    kConfirmed,
    kFailed,
    kAccepted,
    kRefused,
    kEdited,  ///< of a message that is confirmed, as the two below
    kDeleted,
    kReacted,
    kMarked,  ///< the user's own read mark was moved, or was that far already
    kRead,    ///< somebody else read, or the user on another device
    kDelivered,
    kTyping,
    kMentioned,
  };
  Kind kind = Kind::kOptimistic;
  std::string conversation{};
  std::string tempId{};
  std::string id{};
  std::string clientMessageId{};
  std::string code{};  ///< of kFailed and kRefused
  std::uint64_t seq = 0;
  std::uint64_t version = 0;  ///< of a change, as the next two
  std::uint64_t commitNo = 0;
  std::string body{};
  std::string reader{};  ///< the user's id, of kRead, kDelivered and kTyping
};

/// One connection of a client, from CONNECT to its end.
struct SocketLog {
  unsigned user = 0;
  bool livedToTheEnd = false;  ///< nobody cut it: all that it was due has come
  std::vector<Told> told{};
};

/// A message that a client means to send, over all its attempts.
struct Intent {
  unsigned user = 0;
  std::string conversation{};
  std::string body{};               ///< begins with its clientMessageId
  std::optional<unsigned> names{};  ///< a user
  bool mayWrite = true;             ///< the user takes part in the conversation
  bool accepted = false;            ///< an ack said so
  bool unanswered = false;          ///< an attempt on a socket that lived to the end got no ack
};

/// All that was seen from outside in one run.
struct History {
  std::vector<SocketLog> sockets;
  std::map<std::string, Intent> intents;  ///< by clientMessageId
  std::vector<std::string> complaints;    ///< of clients: what no answer may look like
};

}  // namespace rookery::witness
