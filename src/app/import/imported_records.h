#pragma once

#include <string>
#include <vector>

#include "rookery/app/import/document.h"
#include "rookery/base/error.h"
#include "rookery/store/records.h"

/// Documents of a deployed system as rows of ours. What has a sensible stand-in gets it (a missing
/// date is that of the id); an error says what a document lacks, for people.
/// Thread: any.
namespace rookery::app {

[[nodiscard]] base::Result<store::UserRecord> userOf(const Document& document);

struct ImportedWorkspace {
  store::WorkspaceRecord record;  ///< the join code is empty when there was none
  std::vector<store::MemberRecord> members;
  std::vector<base::ObjectId> channels;
};
[[nodiscard]] base::Result<ImportedWorkspace> workspaceOf(const Document& document);

/// `workspaceId` is null when the document does not say: the workspace's own list may.
[[nodiscard]] base::Result<store::ChannelRecord> channelOf(const Document& document);
[[nodiscard]] base::Result<store::RoomRecord> roomOf(const Document& document);

struct ImportedMessage {
  store::MessageRecord record;  ///< without a seq
  bool isRead = true;           ///< by the reader of a one-to-one room; so if nothing is said
};
[[nodiscard]] base::Result<ImportedMessage> messageOf(const Document& document,
                                                      store::ConversationKind kind);

}  // namespace rookery::app
