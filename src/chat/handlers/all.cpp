#include "rookery/base/check.h"
#include "rookery/chat/handlers/handlers.h"

namespace rookery::chat {

void addAllEvents(EventTable& table) {
  addMembershipEvents(table);
  addMessageEvents(table);
  addActivityEvents(table);
  addReadingEvents(table);
  addChangeEvents(table);
  addHistoryEvents(table);
  addResumeEvents(table);
  addSearchEvents(table);
  addTokenEvents(table);
  addCallEvents(table);
  ROOKERY_CHECK(table.isComplete());
}

}  // namespace rookery::chat
