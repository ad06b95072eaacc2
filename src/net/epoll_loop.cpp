#include "rookery/net/epoll_loop.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "rookery/base/check.h"
#include "rookery/net/tcp_stream.h"

namespace rookery::net {
namespace {

constexpr int kEventsPerTurn = 512;

}  // namespace

class EpollLoop::WakeWatcher final : public Watcher {
 public:
  explicit WakeWatcher(int descriptor) : descriptor_(descriptor) {}
  void onReady(std::uint32_t) override {
    std::uint64_t count = 0;
    // Nothing to do on failure: EAGAIN means that it has been emptied already.
    [[maybe_unused]] const ssize_t got = read(descriptor_, &count, sizeof count);
  }

 private:
  int descriptor_;
};

EpollLoop::EpollLoop(unsigned index, const base::Clock& clock, base::Random& random, Sends sends)
    : Loop(index, clock, random),
      epoll_(epoll_create1(EPOLL_CLOEXEC)),
      wakeup_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      buffer_(kReceiveBytes) {
  ROOKERY_CHECK(epoll_ >= 0 && wakeup_ >= 0);
  wakeWatcher_ = std::make_unique<WakeWatcher>(wakeup_);
  ROOKERY_CHECK(watch(wakeup_, EPOLLIN, *wakeWatcher_));
  if (sends == Sends::kInBatches) batch_ = SendBatch::open();
}

EpollLoop::~EpollLoop() {
  close(wakeup_);
  close(epoll_);
}

bool EpollLoop::watch(int descriptor, std::uint32_t events, Watcher& watcher) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = &watcher;
  return epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &event) == 0;
}

void EpollLoop::rewatch(int descriptor, std::uint32_t events, Watcher& watcher) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = &watcher;
  ROOKERY_CHECK(epoll_ctl(epoll_, EPOLL_CTL_MOD, descriptor, &event) == 0);
}

void EpollLoop::unwatch(int descriptor) { epoll_ctl(epoll_, EPOLL_CTL_DEL, descriptor, nullptr); }

TcpStream& EpollLoop::adopt(DetachedStream connected, const PeerAddress& peer) {
  assertHere();
  auto made = std::make_unique<TcpStream>(*this, std::move(connected), peer);
  TcpStream& stream = *made;
  streams_.emplace(&stream, std::move(made));
  stats_.open.fetch_add(1, std::memory_order_relaxed);
  return stream;
}

void EpollLoop::disown(TcpStream& stream) {
  const auto at = streams_.find(&stream);
  if (at == streams_.end()) return;
  destroyAtTurnEnd(std::move(at->second));
  streams_.erase(at);
  stats_.open.fetch_sub(1, std::memory_order_relaxed);
}

void EpollLoop::run() {
  bindToThisThread();
  while (!stopping_.load()) {
    poll(prepareToSleep());
    runDue();
    endTurn();
  }
  while (isBehind()) endTurn();  // what was queued before stop() is sent
  while (!streams_.empty()) {
    streams_.begin()->first->abort();
    endTurn();
  }
  runDue();
  endTurn();
}

void EpollLoop::stop() {
  stopping_ = true;
  wake();
}

void EpollLoop::wake() {
  const std::uint64_t one = 1;
  // EAGAIN means that the counter is full: the loop is being woken already.
  [[maybe_unused]] const ssize_t put = write(wakeup_, &one, sizeof one);
}

SendBatch* EpollLoop::roomInBatch() {
  if (batch_ != nullptr && batch_->isFull()) batch_->submit();
  return batch_.get();
}

void EpollLoop::sendGathered() {
  if (batch_ != nullptr) batch_->submit();
}

void EpollLoop::poll(std::chrono::milliseconds longest) {
  std::array<epoll_event, kEventsPerTurn> events;
  const int count =
      epoll_wait(epoll_, events.data(), kEventsPerTurn, static_cast<int>(longest.count()));
  awake();
  runDue();
  for (int i = 0; i < count; ++i) {
    static_cast<Watcher*>(events[static_cast<std::size_t>(i)].data.ptr)
        ->onReady(events[static_cast<std::size_t>(i)].events);
  }
}

}  // namespace rookery::net
