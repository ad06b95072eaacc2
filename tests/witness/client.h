#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "rookery/base/json.h"
#include "witness/history.h"
#include "witness/question.h"
#include "witness/seeded_random.h"

namespace rookery::witness {

using std::chrono::milliseconds;

/// What a client knows of the world.
struct Place {
  std::string id;
  bool isChannel = false;
  std::set<unsigned> members;
};

/// Hears what comes to the client's end of a connection.
class Peer {
 public:
  virtual ~Peer() = default;
  virtual void onBytes(std::string_view bytes) = 0;
  /// The other end is gone, and the line with it.
  virtual void onCut() = 0;
};

/// The client's end of a connection; its peer hears nothing once this is gone.
class Line {
 public:
  virtual ~Line() = default;
  virtual void send(std::string bytes) = 0;
  /// The server learns that this end is gone.
  virtual void cut() = 0;
  /// Whether what comes is taken; at first it is.
  virtual void setReading(bool reads) = 0;
};

/// What the clients of a run share.
struct Playground {
  SeededRandom& random;
  History& history;
  const std::vector<Place>& places;
  std::uint64_t longestPauseMs;  ///< between two acts of a client
  std::function<void(milliseconds, std::function<void()>)> after;
  /// Null while there is no server.
  std::function<std::unique_ptr<Line>(Peer&)> connect;
  std::function<void(const std::string&)> trace;
  /// The last messages that were told as confirmed, anywhere: also those who should not know an id
  /// try it.
  struct Leaked {
    std::string conversation;
    std::string id;
    unsigned sender = 0;
  };
  std::vector<Leaked> leaked{};
  bool calm = false;  ///< nothing new is begun: what is open is brought to its end
};

/// One device of a user: connects, joins, writes, is cut off in the middle of a frame, comes back
/// and sends again what has no outcome, as delivery.md asks of clients.
class Client final : public Peer {
 public:
  Client(Playground& ground, unsigned user, unsigned device, std::string token);

  void start() { actLater(); }
  /// As if the server were gone: its end of the connection does not hear of it.
  void lose() {
    if (line_ != nullptr) onCut();
  }
  [[nodiscard]] bool isSettled() const { return open_.empty(); }
  void leaveForGood();
  /// At the end of the run: what this socket was due has come.
  void markAlive();

 private:
  struct Open {  // a message without a final answer
    std::string clientMessageId;
    std::size_t place;
    bool asked = false;  ///< on this connection
  };

  void onBytes(std::string_view bytes) override;
  void onCut() override;

  void actLater();
  void act();
  void connect();
  void compose();
  void sendAgain();
  void joinOrLeave();
  void changeOwn();
  void markRead();
  void askSomething();
  void cutMidFrame();
  void goAway();
  void setReading(bool reads);
  void emit(std::string_view event, std::string_view payload, bool withAck, std::string_view id);
  void sendMessage(Open& one);
  void sendText(std::string_view text);

  void onText(std::string_view text);
  void onEvent(std::string_view json);
  void onChange(Told::Kind kind, const base::JsonObject& object);
  void onAck(std::string_view rest);
  void onMark(Told::Kind kind, const base::JsonObject& object);
  void leak(const Told& told);
  void onMarked(const base::JsonObject& answer);
  /// The answer to a question; true when it was one.
  /// Whether something in it is of a place where the user does not take part.
  [[nodiscard]] bool namesForeignPlace(std::string_view text) const;
  bool onAnswer(std::uint64_t ack, const base::JsonObject& answer, std::string_view text);
  void note(Told told);
  [[nodiscard]] Place placeOf(std::size_t index) const { return ground_.places[index]; }

  Playground& ground_;
  const unsigned user_;
  const std::string name_;
  const std::string token_;
  const bool acknowledges_;  ///< `auth.ackMessages`
  std::unique_ptr<Line> line_;
  bool reads_ = true;
  std::string input_;
  bool upgraded_ = false;
  bool joined_ = false;
  bool gone_ = false;
  std::uint64_t nextAck_ = 0;
  std::uint64_t composed_ = 0;
  std::map<std::uint64_t, std::string> asked_;  ///< ack id → clientMessageId
  std::vector<Open> open_;
  std::vector<std::string> own_;  ///< ids of messages that were accepted
  struct Heard {
    std::string conversation;
    std::string id;
  };
  std::vector<Heard> heard_;       ///< the last messages that were told as confirmed
  std::set<std::uint64_t> marks_;  ///< ack ids of read marks
  struct Asked {
    const Question* question;
    bool isAllowed;
  };
  std::map<std::uint64_t, Asked> questions_;  ///< by ack id
  std::uint64_t changes_ = 0;
  std::optional<std::size_t> log_;  ///< of the history
  base::JsonParser parser_;
};

}  // namespace rookery::witness
