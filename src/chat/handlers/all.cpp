#include "rookery/chat/handlers/handlers.h"

namespace rookery::chat {

void addAllEvents(EventTable& table) {
  addMembershipEvents(table);
  addMessageEvents(table);
  addActivityEvents(table);
  addCallEvents(table);
}

}  // namespace rookery::chat
