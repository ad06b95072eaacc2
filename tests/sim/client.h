#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "rookery/base/json.h"
#include "sim/history.h"
#include "sim/virtual_net.h"

namespace rookery::sim {

/// What a client knows of the world.
struct Place {
  std::string id;
  bool isChannel = false;
  std::set<unsigned> members;
};

/// What the clients of a run share.
struct Playground {
  Scheduler& scheduler;
  SeededRandom& random;
  History& history;
  const std::vector<Place>& places;
  /// A loop of the server that is running now, and its context; null while there is none.
  std::function<std::pair<SimLoop*, net::HttpServerContext*>()> server;
  std::uint64_t longestPauseMs;  ///< between two acts of a client
  bool calm = false;             ///< nothing new is begun: what is open is brought to its end
  std::function<void(const std::string&)> trace;
};

/// One device of a user: connects, joins, writes, is cut off in the middle of a frame, comes back
/// and sends again what has no outcome, as delivery.md asks of clients.
class Client final : public Peer {
 public:
  Client(Playground& ground, unsigned user, unsigned device, std::string token);

  void start() { actLater(); }
  /// The connection is gone, as after a crash of the server.
  void lose();
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
  void cutMidFrame();
  void emit(std::string_view event, std::string_view payload, bool withAck, std::string_view id);
  void sendMessage(Open& one);
  void sendText(std::string_view text);

  void onText(std::string_view text);
  void onEvent(std::string_view json);
  void onChange(Told::Kind kind, const base::JsonObject& object);
  void onAck(std::string_view rest);
  void note(Told told);
  [[nodiscard]] Place placeOf(std::size_t index) const { return ground_.places[index]; }

  Playground& ground_;
  const unsigned user_;
  const std::string name_;
  const std::string token_;
  CableRef cable_;
  SimLoop* loop_ = nullptr;
  std::string input_;
  bool upgraded_ = false;
  bool joined_ = false;
  bool gone_ = false;
  std::uint64_t nextAck_ = 0;
  std::uint64_t composed_ = 0;
  std::map<std::uint64_t, std::string> asked_;  ///< ack id → clientMessageId
  std::vector<Open> open_;
  std::vector<std::string> own_;  ///< ids of messages that were accepted
  std::uint64_t changes_ = 0;
  std::optional<std::size_t> log_;  ///< of the history
  base::JsonParser parser_;
};

}  // namespace rookery::sim
