#include "rookery/store/postgres_messages.h"

namespace rookery::store::postgres {
namespace {

// Of pg_type.dat, which never change.
constexpr std::uint32_t kBytea = 17;
constexpr std::uint32_t kInt8 = 20;
constexpr std::uint32_t kText = 25;
constexpr std::uint32_t kByteaArray = 1001;
constexpr std::uint32_t kTextArray = 1009;
constexpr std::uint32_t kInt8Array = 1016;
constexpr std::size_t kHead = 20;  // dimensions, has NULL, type, elements, first index
constexpr std::uint32_t kNull = 0xffffffff;

void putNumber(char* at, std::uint32_t number) {
  for (int i = 3; i >= 0; --i, number >>= 8) at[i] = static_cast<char>(number);
}

}  // namespace

MessageRows::MessageRows() {
  constexpr std::array<std::uint32_t, kColumns> kTypes = {kBytea, kInt8, kBytea, kInt8, kInt8,
                                                          kBytea, kInt8, kBytea, kText, kText,
                                                          kText,  kText, kText};
  for (std::size_t i = 0; i < kColumns; ++i) {
    columns_[i].elementType = kTypes[i];
    columns_[i].arrayType = kTypes[i] == kBytea  ? kByteaArray
                            : kTypes[i] == kText ? kTextArray
                                                 : kInt8Array;
  }
  clear();
}

void MessageRows::clear() {
  rows_ = 0;
  for (Column& column : columns_) {
    column.bytes.assign(kHead, '\0');
    column.hasNull = false;
  }
}

void MessageRows::add(const MessageRecord& record, std::uint64_t commitNo) {
  const std::string mentions = idsText(record.mentions);
  const std::array<Parameter, kColumns> row = {Run::make(record.conversationId),
                                               Run::make(record.seq),
                                               Run::make(record.id),
                                               Run::make(commitNo),
                                               Run::make(record.kind),
                                               Run::make(record.senderId),
                                               Run::make(record.createdAt),
                                               Run::make(record.parentId),
                                               Run::make(OrNull{record.clientMessageId}),
                                               Run::make(OrNull{record.image}),
                                               Run::make(OrNull{record.imageKey}),
                                               Run::make(record.body),
                                               Run::make(OrNull{mentions})};
  for (std::size_t i = 0; i < kColumns; ++i) put(i, row[i]);
  ++rows_;
}

void MessageRows::put(std::size_t at, const Parameter& value) {
  Column& column = columns_[at];
  const bool isNull = value.data() == nullptr;
  char length[4];
  putNumber(length, isNull ? kNull : static_cast<std::uint32_t>(value.length));
  column.bytes.append(length, sizeof length);
  if (isNull) {
    column.hasNull = true;
  } else {
    column.bytes.append(value.data(), value.length);
  }
}

std::array<Parameter, MessageRows::kColumns> MessageRows::parameters() {
  std::array<Parameter, kColumns> all;
  for (std::size_t i = 0; i < kColumns; ++i) {
    Column& column = columns_[i];
    char* head = column.bytes.data();
    putNumber(head, 1);
    putNumber(head + 4, column.hasNull ? 1 : 0);
    putNumber(head + 8, column.elementType);
    putNumber(head + 12, rows_);
    putNumber(head + 16, 1);
    all[i] = {.type = column.arrayType, .bytes = head, .length = column.bytes.size()};
  }
  return all;
}

}  // namespace rookery::store::postgres
