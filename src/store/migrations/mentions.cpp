#include "rookery/store/migrations.h"

namespace rookery::store {

// The users that a body names: their ids, one after the other.
Migration mentions() {
  return {.name = "mentions",
          .sqlite = "ALTER TABLE messages ADD COLUMN mentions TEXT;",
          .postgres = "ALTER TABLE messages ADD COLUMN mentions TEXT COLLATE \"C\";"};
}

}  // namespace rookery::store
