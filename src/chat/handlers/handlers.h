#pragma once

#include "rookery/chat/event_table.h"

/// One function a file of handlers, called by all.cpp.
namespace rookery::chat {

void addMembershipEvents(EventTable& table);
void addMessageEvents(EventTable& table);
void addActivityEvents(EventTable& table);
void addReadingEvents(EventTable& table);
void addChangeEvents(EventTable& table);
void addHistoryEvents(EventTable& table);
void addResumeEvents(EventTable& table);
void addSearchEvents(EventTable& table);
void addTokenEvents(EventTable& table);
void addCallEvents(EventTable& table);

}  // namespace rookery::chat
