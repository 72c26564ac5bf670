#include "linux/stub_record.h"

#include <array>
#include <charconv>
#include <cstddef>
#include <system_error>
#include <unordered_map>
#include <utility>

namespace ringfence {
namespace {

// A record is kind, device, inode, time of birth and path, each ended by NUL.
constexpr size_t kFieldCount = 5;
using Fields = std::array<std::string_view, kFieldCount>;

bool TakeFields(std::string_view* text, Fields* fields) {
  for (std::string_view& field : *fields) {
    const size_t end = text->find('\0');
    if (end == std::string_view::npos) return false;
    field = text->substr(0, end);
    text->remove_prefix(end + 1);
  }
  return true;
}

template <typename Number>
bool ParseNumber(std::string_view text, Number* number) {
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  const auto [stopped, error] = std::from_chars(begin, end, *number);
  return error == std::errc() && stopped == end;
}

bool ParseKind(std::string_view text, StubRecord::Kind* kind) {
  if (text.size() != 1) return false;
  for (const auto known :
       {StubRecord::Kind::kIntended, StubRecord::Kind::kHeld, StubRecord::Kind::kDropped}) {
    if (text[0] != static_cast<char>(known)) continue;
    *kind = known;
    return true;
  }
  return false;
}

}  // namespace

void AppendStubRecord(const StubRecord& record, std::string* text) {
  const auto append = [text](std::string_view field) { text->append(field).push_back('\0'); };
  append(std::string(1, static_cast<char>(record.kind)));
  append(std::to_string(record.identity.device));
  append(std::to_string(record.identity.inode));
  append(std::to_string(record.identity.born_ns));
  append(record.path);
}

std::vector<StubRecord> ParseStubJournal(std::string_view text) {
  std::unordered_map<std::string, StubRecord> by_path;
  Fields fields;
  while (TakeFields(&text, &fields)) {
    StubRecord record;
    record.path = fields[4];
    if (!ParseKind(fields[0], &record.kind) || !ParseNumber(fields[1], &record.identity.device) ||
        !ParseNumber(fields[2], &record.identity.inode) ||
        !ParseNumber(fields[3], &record.identity.born_ns)) {
      break;
    }
    by_path[record.path] = record;
  }
  std::vector<StubRecord> records;
  for (auto& [path, record] : by_path) {
    if (record.kind != StubRecord::Kind::kDropped) records.push_back(std::move(record));
  }
  return records;
}

}  // namespace ringfence
