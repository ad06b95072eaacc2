#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "rookery/store/postgres_connection.h"
#include "rookery/store/records.h"

namespace rookery::store::postgres {

/// Messages gathered for one INSERT: a column is an array, so that however many rows there are it
/// is one prepared statement with the same number of parameters.
/// Format: binary arrays of one dimension, src/backend/utils/adt/arrayfuncs.c, array_recv().
class MessageRows {
 public:
  /// Takes the columns' arrays as its parameters, in their order.
  static constexpr std::string_view kInsert =
      "INSERT INTO messages (conversation_id, seq, id, commit_no, version, kind, status, "
      "sender_id, created_at, parent_id, client_message_id, image, image_key, body, mentions) "
      "SELECT conversation_id, seq, id, commit_no, 1, kind, 0, sender_id, created_at, parent_id, "
      "client_message_id, image, image_key, body, mentions FROM unnest(?1, ?2, ?3, ?4, ?5, ?6, "
      "?7, ?8, ?9, ?10, ?11, ?12, ?13) AS r(conversation_id, seq, id, commit_no, kind, sender_id, "
      "created_at, "
      "parent_id, client_message_id, image, image_key, body, mentions)";

  MessageRows();
  void add(const MessageRecord& record, std::uint64_t commitNo);
  void clear();
  [[nodiscard]] bool isEmpty() const { return rows_ == 0; }

  static constexpr std::size_t kColumns = 13;
  /// Good until the next add() or clear().
  [[nodiscard]] std::array<Parameter, kColumns> parameters();

 private:
  struct Column {
    std::uint32_t elementType = 0;
    std::uint32_t arrayType = 0;
    bool hasNull = false;
    std::string bytes;  ///< begins with room for the array's head
  };
  void put(std::size_t column, const Parameter& value);

  std::array<Column, kColumns> columns_;
  std::uint32_t rows_ = 0;
};

}  // namespace rookery::store::postgres
