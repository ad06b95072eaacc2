#include "witness/checker.h"

#include <algorithm>
#include <map>

#include "witness/world.h"

namespace rookery::witness {
namespace {

using Kind = Told::Kind;

class Checker {
 public:
  Checker(const History& history, const std::vector<Stored>& stored,
          const std::vector<Reading>& readings)
      : history_(history), stored_(stored), readings_(readings) {}

  std::vector<std::string> run() {
    problems_ = history_.complaints;
    checkStore();
    for (const SocketLog& socket : history_.sockets) checkSocket(socket);
    checkIntents();
    for (const Reading& reading : readings_) checkReading(reading);
    return std::move(problems_);
  }

 private:
  void fail(std::string what) { problems_.push_back(std::move(what)); }

  /// Confirmed numbers are 1…n; an id of a sender is stored once, and only if he may write there.
  void checkStore() {
    for (const Stored& one : stored_) {
      std::uint64_t expected = 0;
      for (const store::StoredMessage& message : one.messages) {
        if (message.seq != ++expected) {
          fail("hole in " + one.place.id + ": seq " + std::to_string(message.seq) + " instead of " +
               std::to_string(expected));
          expected = message.seq;
        }
        const std::string& id = message.clientMessageId;
        if (!byClientId_.emplace(id, &message).second) fail("stored twice: " + id);
        const auto intent = history_.intents.find(id);
        byId_.emplace(message.id.hex(), &message);
        const bool isChanged = message.editedAt != 0 || message.deletedAt != 0;
        if (intent == history_.intents.end() ||
            (!isChanged && message.body != intent->second.body)) {
          fail("stored, but never sent: " + id);
        } else if (!intent->second.mayWrite) {
          fail("stored for a stranger: " + id);
        }
      }
    }
  }

  /// What was called durable is in the store as it was told.
  void checkKept(const Told& told) {
    const auto found = byClientId_.find(told.clientMessageId);
    if (found == byClientId_.end()) {
      fail("confirmed, but not stored: " + told.clientMessageId);
      return;
    }
    const store::StoredMessage& message = *found->second;
    if (message.id.hex() != told.id || message.seq != told.seq ||
        message.conversationId.hex() != told.conversation) {
      fail("confirmed otherwise than stored: " + told.clientMessageId);
    }
  }

  void checkSocket(const SocketLog& socket) {
    std::map<std::string, std::uint64_t> lastConfirmed;    // by conversation
    std::map<std::string, std::vector<const Told*>> seen;  // optimistic, by conversation
    std::set<std::string> confirmed;                       // tempIds
    std::map<std::string, int> outcomes;                   // by tempId of what was seen
    std::set<std::string> settled;
    for (const Told& told : socket.told) {
      if (told.kind == Kind::kSent) continue;
      if (told.kind != Kind::kAccepted && told.kind != Kind::kRefused) checkReader(socket, told);
      switch (told.kind) {
        case Kind::kOptimistic:
        case Kind::kOwn: {
          if (!outcomes.emplace(told.tempId, 0).second) fail("seen twice: " + describe(told));
          seen[told.conversation].push_back(&told);
          break;
        }
        case Kind::kConfirmed: {
          checkKept(told);
          confirmed.insert(told.tempId);
          std::uint64_t& last = lastConfirmed[told.conversation];
          if (told.seq <= last) fail("confirmed out of order: " + describe(told));
          last = told.seq;
          if (!settled.insert(told.tempId).second) fail("two outcomes: " + describe(told));
          ++outcomes[told.tempId];
          break;
        }
        case Kind::kFailed:
          if (told.code == "CONFLICT") fail("a resend was emitted: " + describe(told));
          if (!settled.insert(told.tempId).second) fail("two outcomes: " + describe(told));
          ++outcomes[told.tempId];
          break;
        case Kind::kAccepted:
          checkKept(told);
          break;
        case Kind::kRefused:
        case Kind::kSent:
        case Kind::kEdited:
        case Kind::kDeleted:
        case Kind::kReacted:
        case Kind::kMarked:
        case Kind::kRead:
        case Kind::kDelivered:
        case Kind::kTyping:
        case Kind::kMentioned:
          break;
      }
    }
    if (socket.livedToTheEnd) {
      for (const auto& [tempId, count] : outcomes) {
        if (count == 0)
          fail("no outcome for " + tempId + " at user " + std::to_string(socket.user));
      }
    }
    checkOwnOrder(socket);
    checkChanges(socket);
    checkMarks(socket);
    checkSignals(socket);
    checkMentions(socket);
    for (const auto& [conversation, messages] : seen) checkSeenOrder(messages, confirmed);
  }

  /// Optimistic messages come in the order of their numbers, as far as these came to hold: those of
  /// a failed one are given again, which a sender who has not joined may learn late.
  void checkSeenOrder(const std::vector<const Told*>& messages,
                      const std::set<std::string>& confirmed) {
    std::uint64_t last = 0;
    for (const Told* const told : messages) {
      if (!confirmed.contains(told->tempId)) continue;
      if (told->seq <= last) fail("seen out of order: " + describe(*told));
      last = told->seq;
    }
  }

  /// Changes of a message come with rising versions, those of a conversation in the order of their
  /// commits, nothing after a deletion, and nothing that the store does not have.
  void checkChanges(const SocketLog& socket) {
    std::map<std::string, const Told*> last;            // by message
    std::map<std::string, std::uint64_t> lastCommitNo;  // by conversation
    for (const Told& told : socket.told) {
      if (told.version == 0) continue;
      const Told*& before = last[told.id];
      if (before != nullptr && before->version >= told.version) {
        fail("changed out of order: " + describe(told));
      }
      if (before != nullptr && before->kind == Kind::kDeleted) {
        fail("changed after its deletion: " + describe(told));
      }
      before = &told;
      std::uint64_t& commitNo = lastCommitNo[told.conversation];
      if (told.commitNo <= commitNo) fail("told out of the order of commits: " + describe(told));
      commitNo = told.commitNo;
      checkChangeKept(told);
    }
  }

  void checkChangeKept(const Told& told) {
    const auto found = byId_.find(told.id);
    if (found == byId_.end()) return fail("changed, but not stored: " + told.id);
    const store::StoredMessage& message = *found->second;
    if (message.version < told.version) fail("a change was told and is not stored: " + told.id);
    if (told.kind == Kind::kDeleted && message.deletedAt == 0) {
      fail("a deletion was told and is not stored: " + told.id);
    }
    const bool isLast = message.version == told.version;
    if (isLast && told.kind == Kind::kEdited && message.body != told.body) {
      fail("edited otherwise than stored: " + told.id);
    }
  }

  /// Who is named is told, once, of what is stored; who lived to the end, of all that he saw from
  /// its optimistic form on.
  void checkMentions(const SocketLog& socket) {
    std::map<std::string, int> mentions;  // by message
    std::set<std::string> seen;           // tempIds
    for (const Told& told : socket.told) {
      if (told.kind == Kind::kMentioned) ++mentions[told.id];
      if (told.kind == Kind::kOptimistic) seen.insert(told.tempId);
    }
    for (const auto& [id, count] : mentions) {
      const auto found = byId_.find(id);
      if (found == byId_.end()) {
        fail("mentioned, but not stored: " + id);
        continue;
      }
      const Intent& intent = history_.intents.at(found->second->clientMessageId);
      const bool isEdited = found->second->editedAt != 0 || found->second->deletedAt != 0;
      if (intent.user == socket.user || (intent.names != socket.user && !isEdited)) {
        fail("told of a mention that is none of his: " + intent.body);
      }
      if (count > 1 && !isEdited) fail("mentioned twice: " + intent.body);
    }
    if (!socket.livedToTheEnd) return;
    for (const Told& told : socket.told) {
      if (told.kind != Kind::kConfirmed || !seen.contains(told.tempId)) continue;
      const auto intent = history_.intents.find(told.clientMessageId);
      if (intent == history_.intents.end() || intent->second.names != socket.user) continue;
      const bool isDue = intent->second.user != socket.user;
      if (isDue && !mentions.contains(told.id)) fail("not told of: " + intent->second.body);
    }
  }

  /// Nothing is delivered that is not there, and nobody is told of himself.
  void checkSignals(const SocketLog& socket) {
    for (const Told& told : socket.told) {
      if (told.kind != Kind::kDelivered && told.kind != Kind::kTyping) continue;
      if (told.reader == userId(socket.user).hex()) fail("told of himself: " + describe(told));
      if (told.kind == Kind::kTyping) continue;
      const auto at = std::find_if(stored_.begin(), stored_.end(), [&](const Stored& one) {
        return one.place.id == told.conversation;
      });
      if (at == stored_.end() || told.seq > at->messages.size()) {
        fail("delivered, but not stored: " + describe(told));
      }
    }
  }

  /// Read marks only move forward, and stand at the message that they name.
  void checkMarks(const SocketLog& socket) {
    std::map<std::string, std::uint64_t> last;  // by reader and conversation
    for (const Told& told : socket.told) {
      if (told.kind != Kind::kMarked && told.kind != Kind::kRead) continue;
      const auto found = byId_.find(told.id);
      if (found == byId_.end() || found->second->seq != told.seq) {
        fail("read up to what is not stored: " + told.id);
      }
      const std::string reader = told.kind == Kind::kRead ? told.reader : userId(socket.user).hex();
      std::uint64_t& furthest = furthest_[reader + told.conversation];
      furthest = std::max(furthest, told.seq);
      if (told.kind == Kind::kMarked) continue;
      std::uint64_t& before = last[reader + told.conversation];
      if (told.seq <= before) fail("a read mark that went back: " + describe(told));
      before = told.seq;
    }
  }

  /// The counter of what is unread equals a recount, and no mark that was told is lost.
  void checkReading(const Reading& reading) {
    const store::ReadingState& state = reading.state;
    const std::string conversation = state.conversationId.hex();
    const std::string reader = userId(reading.user).hex();
    const auto at = std::find_if(stored_.begin(), stored_.end(),
                                 [&](const Stored& one) { return one.place.id == conversation; });
    if (at == stored_.end()) return fail("a conversation of nobody: " + conversation);
    const auto unread = std::count_if(
        at->messages.begin(), at->messages.end(), [&](const store::StoredMessage& message) {
          return message.seq > state.lastReadSeq && message.deletedAt == 0 &&
                 message.senderId.hex() != reader;
        });
    const std::uint64_t lastSeq = at->messages.empty() ? 0 : at->messages.back().seq;
    const std::string where = " of user " + std::to_string(reading.user) + " in " + conversation;
    if (state.unread != static_cast<std::uint64_t>(unread)) fail("unread is miscounted" + where);
    if (state.lastSeq != lastSeq) fail("the last number is another" + where);
    const auto furthest = furthest_.find(reader + conversation);
    if (furthest != furthest_.end() && state.lastReadSeq < furthest->second) {
      fail("a read mark that was told is not stored" + where);
    }
  }

  void checkReader(const SocketLog& socket, const Told& told) {
    for (const Stored& one : stored_) {
      if (one.place.id == told.conversation && !one.place.members.contains(socket.user)) {
        fail("told to a stranger: " + describe(told));
      }
    }
  }

  /// What one socket sent once to a conversation has its place in the order of sending.
  void checkOwnOrder(const SocketLog& socket) {
    std::map<std::string, int> sendings;
    for (const Told& told : socket.told) {
      if (told.kind == Kind::kSent) ++sendings[told.clientMessageId];
    }
    std::map<std::string, std::vector<std::string>> sent;  // by conversation
    std::map<std::string, std::vector<std::string>> own;
    for (const Told& told : socket.told) {
      if (sendings[told.clientMessageId] != 1) continue;
      if (told.kind == Kind::kSent) sent[told.conversation].push_back(told.clientMessageId);
      if (told.kind == Kind::kOwn) own[told.conversation].push_back(told.clientMessageId);
    }
    for (const auto& [conversation, ids] : own) {
      const std::vector<std::string>& all = sent[conversation];
      auto from = all.begin();
      for (const std::string& id : ids) {
        from = std::find(from, all.end(), id);
        if (from == all.end()) {
          fail("overtaken by a later one of its sender: " + id);
          break;
        }
      }
    }
  }

  void checkIntents() {
    for (const auto& [id, intent] : history_.intents) {
      if (intent.unanswered) fail("never answered: " + id);
      if (intent.mayWrite && !intent.accepted)
        fail("never accepted, though the store is well: " + id);
      if (!intent.mayWrite && intent.accepted) fail("accepted from a stranger: " + id);
    }
  }

  [[nodiscard]] static std::string describe(const Told& told) {
    return told.clientMessageId + " seq " + std::to_string(told.seq) + " in " + told.conversation;
  }

  const History& history_;
  const std::vector<Stored>& stored_;
  const std::vector<Reading>& readings_;
  std::map<std::string, std::uint64_t> furthest_;  ///< read marks told, by reader and conversation
  std::map<std::string, const store::StoredMessage*> byClientId_;
  std::map<std::string, const store::StoredMessage*> byId_;
  std::vector<std::string> problems_;
};

}  // namespace

std::vector<std::string> check(const History& history, const std::vector<Stored>& stored,
                               const std::vector<Reading>& readings) {
  return Checker(history, stored, readings).run();
}

}  // namespace rookery::witness
