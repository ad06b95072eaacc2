#pragma once

#include <cstdint>

namespace rookery::base {

/// Bugs that the simulation must find when they are switched on: the proof that its checker can
/// fail (docs/simulation.md). There is none of them in any other build.
enum class PlantedBug : std::uint8_t {
  kNone,
  kConfirmWithoutCommit,  ///< the writer says 'committed' of a group that it rolled back
  kDedupInMemoryOnly,     ///< ids of the store are taken for new ones
  kFrameOutsideLock,      ///< the optimistic frame is posted after the conversation's lock
  kNumberNotReturned,     ///< a failed message keeps its number
  kGenerationNotRaised,   ///< messages behind a failed one are committed all the same
  kWaitingForgotten,      ///< a resend that waits for the first one's outcome hears nothing
  kSenderNotExcepted,     ///< the sending socket gets its own message as somebody else's
  kMembershipUnchecked,   ///< whoever knows a conversation's id may write to it
  kLeaverForgotten,       ///< who leaves between message and outcome never hears of the outcome
  kHeldOvertaken,         ///< messages overtake an earlier one that waits for the store
  kFailedIdKept,          ///< the id of a failed message stays in flight for ever
  kPresenceLeaks,         ///< a user who is gone is still counted in his channels
  kChangeToldEarly,       ///< a change of a message is told before it is committed
  kMarkGoesBack,          ///< a read mark that is behind the stored one is told all the same
  kMentionLost,           ///< nobody is told that he was named
  kSearchTellsAll,        ///< a search finds what the asker may not read
  kEnd,
};

#if defined(ROOKERY_SIMULATION)
inline PlantedBug plantedBug = PlantedBug::kNone;
[[nodiscard]] inline bool isPlanted(PlantedBug bug) { return plantedBug == bug; }
#else
[[nodiscard]] constexpr bool isPlanted(PlantedBug /*bug*/) { return false; }
#endif

}  // namespace rookery::base
