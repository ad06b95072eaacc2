#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "rookery/chat/chat.h"
#include "rookery/chat/tokens.h"
#include "rookery/engineio/engine.h"
#include "rookery/socketio/server.h"
#include "rookery/store/store_readers.h"
#include "rookery/store/store_writer.h"
#include "sim/virtual_net.h"
#include "support/failing_database.h"

namespace rookery::sim {

/// One life of the server process: everything from the engine to the store, put together as `app`
/// does it, on simulated threads.
class Server {
 public:
  /// `path`: the database, which outlives this life. `plan`: how the store fails.
  Server(Scheduler& scheduler, SeededRandom& random, const std::string& path, chat::Tokens& tokens,
         test::FailAt& plan);
  ~Server();

  [[nodiscard]] SimLoop& loop(std::size_t index) { return *loops_[index]; }
  [[nodiscard]] std::size_t loopCount() const { return loops_.size(); }
  [[nodiscard]] net::HttpServerContext& context() { return *context_; }
  [[nodiscard]] chat::Chat& chat() { return *chat_; }
  [[nodiscard]] const store::StoreWriter& writer() const { return *writer_; }
  /// The connection of its reader's thread: for whom no step of the scheduler comes between.
  [[nodiscard]] store::Reader& reader() { return *reader_; }
  [[nodiscard]] std::size_t openStreams() const;

  /// Every thread ends at the next place where it can; the caller has seen to it that nothing
  /// gets out or is stored any more.
  void stop();
  /// Frees what was posted to threads that have ended, while what it refers to is still there.
  void dropWork();
  /// What is still under way names the loops: they are kept by the run.
  [[nodiscard]] std::vector<std::unique_ptr<SimLoop>> takeLoops() { return std::move(loops_); }

 private:
  class Root;

  [[nodiscard]] std::array<SimExecutor*, 4> executors() {
    return {&writerThread_, &tellerThread_, &readerThread_, &worker_};
  }

  std::vector<std::unique_ptr<SimLoop>> loops_;
  SimExecutor writerThread_;
  SimExecutor tellerThread_;
  SimExecutor readerThread_;
  SimExecutor worker_;
  base::ObjectIdGenerator ids_;
  std::unique_ptr<store::Backend> backend_;
  store::Reader* reader_ = nullptr;
  std::unique_ptr<store::StoreReaders> readers_;
  std::unique_ptr<socketio::Server> sockets_;
  std::unique_ptr<engineio::Server> engine_;
  std::unique_ptr<chat::Chat> chat_;
  std::unique_ptr<store::StoreWriter> writer_;
  std::unique_ptr<Root> root_;
  std::unique_ptr<net::HttpServerContext> context_;
};

}  // namespace rookery::sim
