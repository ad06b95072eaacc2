#include "rookery/app/generator.h"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <functional>

#include "rookery/base/object_id.h"
#include "rookery/base/random.h"
#include "rookery/chat/avatars.h"
#include "rookery/chat/passwords.h"
#include "rookery/chat/tokens.h"
#include "rookery/store/database.h"

namespace rookery::app {
namespace {

using base::ErrorCode;
using base::ObjectId;
using base::Result;
using store::Database;
using store::WriteResult;

constexpr std::size_t kRowsPerCommit = 5'000;
constexpr std::size_t kPasswordBytes = 9;
constexpr std::size_t kTagBytes = 3;
constexpr std::size_t kJoinCodeBytes = 3;

std::string randomHex(base::Random& random, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i)
    fmt::format_to(std::back_inserter(text), "{:02x}", random.next64() & 0xff);
  return text;
}

/// A file of tab-separated values; what went wrong with it is seen when it is closed.
class Table {
 public:
  explicit Table(std::string path) : path_(std::move(path)), file_(path_, std::ios::trunc) {}

  template <typename... Args>
  void print(fmt::format_string<Args...> format, Args&&... args) {
    file_ << fmt::format(format, std::forward<Args>(args)...);
  }
  [[nodiscard]] Result<void> close() {
    file_.close();
    if (file_) return {};
    return base::fail(ErrorCode::kInternal, path_ + " cannot be written");
  }

 private:
  std::string path_;
  std::ofstream file_;
};

/// The rows of one run. A failure is kept and ends it: nothing is written after.
class Generator {
 public:
  Generator(const Config& config, Database& database, const chat::Tokens& tokens,
            const Population& population)
      : database_(database), tokens_(tokens), config_(config), population_(population) {}

  Result<Generated> run(store::Reader& reader, const std::filesystem::path& out);

 private:
  using Step = std::function<WriteResult()>;
  Result<void> chooseNames(store::Reader& reader);
  void write(const Step& insert);
  void commit();
  void addUsers(Table& table);
  void addRooms(Table& table);
  void addChannels(Table& table);
  ObjectId addWorkspace();
  void join(std::size_t user, const ObjectId& conversation, store::ConversationKind kind);

  base::SystemClock clock_;
  base::SystemRandom random_;
  base::ObjectIdGenerator ids_{clock_, random_};
  Database& database_;
  const chat::Tokens& tokens_;
  const Config& config_;
  const Population population_;
  const base::WallMs now_ = clock_.wall();
  std::string prefix_ = "user-";
  std::string password_;
  std::string hash_;
  std::vector<ObjectId> users_;
  std::size_t open_ = 0;  ///< rows of the open transaction
  Result<void> result_;
};

/// A store that was filled before gets a second crowd beside the first.
Result<void> Generator::chooseNames(store::Reader& reader) {
  const auto first = reader.userByUsername(prefix_ + "1");
  if (!first) return base::fail(first.error());
  if (first->has_value()) prefix_ += randomHex(random_, kTagBytes) + "-";
  password_ = randomHex(random_, kPasswordBytes);
  auto hash = chat::hashPassword(password_, random_);
  if (!hash) return base::fail(hash.error());
  hash_ = std::move(*hash);
  return {};
}

void Generator::write(const Step& insert) {
  if (!result_) return;
  WriteResult done;
  if (open_ == 0) done = database_.begin();
  if (done.ok()) done = insert();
  if (!done.ok()) {
    result_ = base::fail(done.error);
    database_.rollback();
    return;
  }
  if (++open_ >= kRowsPerCommit) commit();
}

void Generator::commit() {
  if (!result_ || open_ == 0) return;
  open_ = 0;
  WriteResult done = database_.commit();
  if (!done.ok()) database_.rollback();
  if (done.ok()) done = database_.maintain(false);
  if (!done.ok()) result_ = base::fail(done.error);
}

void Generator::addUsers(Table& table) {
  const base::WallMs expiresAt = now_ + config_.auth.tokenTtl.count();
  users_.reserve(population_.users);
  for (std::size_t i = 0; i < population_.users && result_; ++i) {
    store::UserRecord user;
    user.id = ids_.next();
    user.username = prefix_ + std::to_string(i + 1);
    user.email = user.username + "@example.org";
    user.passwordHash = hash_;
    user.avatar = chat::kDefaultAvatar;
    user.createdAt = user.updatedAt = now_;
    write([&] { return database_.insertUser(user); });
    const auto token = tokens_.issue({.userId = user.id,
                                      .email = user.email,
                                      .username = user.username,
                                      .expiresAt = expiresAt});
    if (!token) {
      result_ = base::fail(token.error());
      return;
    }
    users_.push_back(user.id);
    table.print("{}\t{}\t{}\n", user.id.hex(), user.username, *token);
  }
}

void Generator::join(std::size_t user, const ObjectId& conversation, store::ConversationKind kind) {
  write([&] { return database_.putSubscription(users_[user], {conversation, kind}, now_); });
}

void Generator::addRooms(Table& table) {
  for (std::size_t i = 0; i < population_.rooms && result_; ++i) {
    const auto [one, other] = population_.pairOf(i);
    store::RoomRecord room;
    room.id = ids_.next();
    room.senderId = users_[one];
    room.recieverId = users_[other];
    room.createdAt = room.updatedAt = now_;
    write([&] { return database_.insertRoom(room); });
    join(one, room.id, store::ConversationKind::kRoom);
    join(other, room.id, store::ConversationKind::kRoom);
    table.print("{}\t{}\t{}\n", room.id.hex(), users_[one].hex(), users_[other].hex());
  }
}

ObjectId Generator::addWorkspace() {
  store::WorkspaceRecord workspace;
  workspace.id = ids_.next();
  workspace.name = prefix_ + "workspace";
  workspace.joinCode = randomHex(random_, kJoinCodeBytes);
  for (char& digit : workspace.joinCode) {
    if (digit >= 'a') digit = static_cast<char>(digit - 'a' + 'A');
  }
  workspace.createdAt = workspace.updatedAt = now_;
  write([&] { return database_.insertWorkspace(workspace); });
  return workspace.id;
}

void Generator::addChannels(Table& table) {
  if (population_.channels == 0) return;
  const ObjectId workspaceId = addWorkspace();
  for (std::size_t i = 0; i < users_.size() && result_; ++i) {
    const auto role = i == 0 ? store::MemberRole::kAdmin : store::MemberRole::kMember;
    write([&] { return database_.insertMember({workspaceId, users_[i], role, now_}); });
  }
  for (std::size_t i = 0; i < population_.channels && result_; ++i) {
    store::ChannelRecord channel;
    channel.id = ids_.next();
    channel.workspaceId = workspaceId;
    channel.name = "channel-" + std::to_string(i + 1);
    channel.createdAt = channel.updatedAt = now_;
    write([&] { return database_.insertChannel(channel); });
    table.print("{}\t{}", channel.id.hex(), workspaceId.hex());
    for (const std::size_t member : population_.membersOf(i)) {
      join(member, channel.id, store::ConversationKind::kChannel);
      table.print("\t{}", users_[member].hex());
    }
    table.print("\n");
  }
}

Result<Generated> Generator::run(store::Reader& reader, const std::filesystem::path& out) {
  if (const auto chosen = chooseNames(reader); !chosen) return base::fail(chosen.error());
  Table users(out / "users.tsv");
  Table rooms(out / "rooms.tsv");
  Table channels(out / "channels.tsv");
  addUsers(users);
  addRooms(rooms);
  addChannels(channels);
  commit();
  if (!result_) return base::fail(result_.error());
  for (Table* table : {&users, &rooms, &channels}) {
    if (const auto closed = table->close(); !closed) return base::fail(closed.error());
  }
  return Generated{prefix_ + "1", password_};
}

}  // namespace

Result<Generated> generate(const Config& config, const DataFolder& folder,
                           const Population& population, const std::string& out) {
  base::SystemRandom random;
  auto secret = config.auth.secret.empty() ? folder.secretKey(random) : config.auth.secret;
  if (!secret) return base::fail(secret.error());
  const chat::Tokens tokens(std::move(*secret));
  const auto backend = store::backendFor(config.storeUrl());
  const auto database = backend->openWriter();
  if (!database) return base::fail(database.error());
  const auto reader = backend->openReader();
  if (!reader) return base::fail(reader.error());

  std::error_code error;
  std::filesystem::create_directories(out, error);
  if (error) {
    return base::fail(ErrorCode::kInternal,
                      fmt::format("{} cannot be made: {}", out, error.message()));
  }
  return Generator(config, **database, tokens, population).run(**reader, out);
}

}  // namespace rookery::app
