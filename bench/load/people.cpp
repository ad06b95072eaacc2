#include "load/people.h"

#include <fstream>
#include <sstream>
#include <unordered_map>

namespace rookery::bench {
namespace {

std::vector<std::vector<std::string>> readTable(const std::string& path, bool& isRead) {
  std::vector<std::vector<std::string>> rows;
  std::ifstream file(path);
  isRead = file.is_open();
  for (std::string line; std::getline(file, line);) {
    std::vector<std::string>& row = rows.emplace_back();
    std::istringstream cells(line);
    for (std::string cell; std::getline(cells, cell, '\t');) row.push_back(cell);
  }
  return rows;
}

}  // namespace

std::optional<People> People::read(const std::string& folder, const std::string& kind) {
  People people;
  std::unordered_map<std::string, std::size_t> placeOf;
  bool areUsersRead = false;
  bool isKindRead = false;
  for (auto& row : readTable(folder + "/users.tsv", areUsersRead)) {
    if (row.size() < 3) return std::nullopt;
    placeOf[row[0]] = people.persons.size();
    people.persons.push_back({row[0], row[2], {}});
  }
  const bool areChannels = kind == "channels";
  for (auto& row : readTable(folder + "/" + kind + ".tsv", isKindRead)) {
    const std::size_t ids = areChannels ? 2 : 1;
    if (row.size() <= ids) return std::nullopt;
    Conversation conversation{row[0], areChannels ? row[1] : "", {}};
    for (std::size_t i = ids; i < row.size(); ++i) {
      const auto found = placeOf.find(row[i]);
      if (found == placeOf.end()) return std::nullopt;
      conversation.members.push_back(found->second);
      people.persons[found->second].conversations.push_back(people.conversations.size());
    }
    people.conversations.push_back(std::move(conversation));
  }
  if (!areUsersRead || !isKindRead) return std::nullopt;
  return people;
}

}  // namespace rookery::bench
