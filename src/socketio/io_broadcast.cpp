#include "rookery/socketio/io_broadcast.h"

#include <memory>
#include <string>
#include <utility>

#include "rookery/socketio/frames.h"
#include "rookery/socketio/io.h"
#include "rookery/socketio/packet.h"
#include "rookery/socketio/server.h"

namespace rookery::socketio {

IoBroadcast& IoBroadcast::to(std::string_view room) {
  rooms_.push_back(nsp_.raw().room(room));
  return *this;
}

IoBroadcast& IoBroadcast::except(std::string_view room) {
  exceptRooms_.push_back(nsp_.raw().room(room));
  return *this;
}

IoBroadcast& IoBroadcast::except(const SocketRef& socket) {
  except_ = socket;
  return *this;
}

IoBroadcast& IoBroadcast::onlyIfWritable() {
  sending_.frameClass = net::FrameClass::kTyping;
  return *this;
}

IoBroadcast& IoBroadcast::compress(bool may) {
  sending_.compress = may;
  return *this;
}

IoBroadcastAsk IoBroadcast::timeout(std::chrono::milliseconds timeout) const {
  return {*this, timeout};
}

std::shared_ptr<Broadcast> IoBroadcast::target() const {
  auto target = std::make_shared<Broadcast>();
  target->rooms.assign(rooms_.begin(), rooms_.end());
  if (rooms_.empty()) target->rooms.push_back(nsp_.everyone_);
  target->exceptRooms = exceptRooms_;
  target->except = except_;
  return target;
}

void IoBroadcast::send(std::string_view event, const Args& args) {
  if (!mayEmit(event)) return;
  const std::shared_ptr<Broadcast> step = target();
  step->frame = eventFrame(nsp_.raw(), event, args, sending_);
  nsp_.raw().emit(step);
}

void IoBroadcast::disconnectSockets(bool close) {
  nsp_.raw().visit(target(),
                   [&server = nsp_.io().server(), close](net::Loop&, const auto& sockets) {
                     for (Socket* const socket : sockets) {
                       // The end of one may have been the end of another.
                       if (server.find(socket->ref()) != nullptr) socket->disconnect(close);
                     }
                   });
}

void IoBroadcast::socketsJoin(std::string_view room) {
  const RoomRef joined = nsp_.raw().room(room);
  for (std::size_t i = 0; i < nsp_.io().server().loopCount(); ++i) joined->expectReader(i);
  nsp_.raw().visit(target(), [joined](net::Loop& loop, const auto& sockets) {
    for (Socket* const socket : sockets) socket->join(joined);
    joined->letGoOfReader(loop.index());
  });
}

void IoBroadcast::socketsLeave(std::string_view room) {
  nsp_.raw().visit(target(), [left = nsp_.raw().room(room)](net::Loop&, const auto& sockets) {
    for (Socket* const socket : sockets) socket->leave(left);
  });
}

void IoBroadcast::fetchSockets(std::function<void(std::vector<RemoteSocket>)> found) const {
  struct Fetch {
    std::function<void(std::vector<RemoteSocket>)> found;
    std::size_t loopsToCome;
    std::vector<RemoteSocket> sockets;
  };
  Server& server = nsp_.io().server();
  const auto fetch = std::make_shared<Fetch>(Fetch{std::move(found), server.loopCount(), {}});
  nsp_.raw().visit(target(), [fetch, &home = server.home()](net::Loop&, const auto& sockets) {
    std::vector<RemoteSocket> here;
    for (const Socket* const socket : sockets) {
      IoSocket& its = socket->state<IoSocket>();
      here.push_back({its.id(), its.handshake_, its.rooms(), its.data_});
    }
    home.post([fetch, here = std::move(here)]() mutable {
      std::move(here.begin(), here.end(), std::back_inserter(fetch->sockets));
      if (--fetch->loopsToCome == 0) fetch->found(std::move(fetch->sockets));
    });
  });
}

namespace {

/// The answers to one broadcast. Thread: its home.
struct Poll {
  std::function<void(const IoAnswers&)> done;
  std::size_t loopsToCome;
  std::size_t awaited = 0;
  IoAnswers answers;

  void onSockets(std::size_t count) {
    awaited += count;
    --loopsToCome;
    endIfAllCame();
  }
  void onAnswer(std::optional<Args> args) {
    --awaited;
    if (args) {
      answers.all.push_back(std::move(*args));
    } else {
      ++answers.missing;
    }
    endIfAllCame();
  }

 private:
  void endIfAllCame() const {
    if (loopsToCome == 0 && awaited == 0) done(answers);
  }
};

}  // namespace

void IoBroadcastAsk::send(std::string_view event, std::function<void(const IoAnswers&)> done,
                          const Args& args) {
  if (!mayEmit(event)) return;
  Namespace& nsp = to_.nsp_.raw();
  Server& server = nsp.server();
  const std::uint64_t id = nsp.newBroadcastAckId();
  const net::SharedFrame frame = askingFrame(nsp.name(), event, id, args, to_.sending_);
  const auto poll = std::make_shared<Poll>(Poll{std::move(done), server.loopCount(), 0, {}});
  nsp.visit(to_.target(), [poll, &server, &home = server.home(), id, frame, timeout = timeout_](
                              net::Loop& loop, const auto& sockets) {
    home.post([poll, count = sockets.size()] { poll->onSockets(count); });
    std::vector<SocketRef> asked;
    for (Socket* const socket : sockets) {
      asked.push_back(socket->ref());
      socket->expectAck(id, [poll, &home](const std::optional<AckAnswer>& answer) {
        home.post([poll, args = receivedArgs(answer)] { poll->onAnswer(args); });
      });
      socket->send(frame);
    }
    loop.postAfter(timeout, [&server, asked = std::move(asked), id] {
      for (const SocketRef& ref : asked) {
        if (Socket* const socket = server.find(ref)) socket->dropAck(id);
      }
    });
  });
}

}  // namespace rookery::socketio
