#include "win/sid_store_format.h"

#include <algorithm>
#include <functional>
#include <set>
#include <tuple>
#include <utility>

#include "win/state_encoding.h"

namespace ringfence::win {
namespace {

constexpr StateFormat kFormat = {"RFSIDS\r\n", 1};

// A domain that does not exist, and an account in it: five numbers.
bool HasCapabilityShape(const Sid& sid) {
  const std::string text = sid.ToText();
  return text.starts_with("S-1-5-21-") && std::ranges::count(text, '-') == 7;
}

void WriteEntry(const SidEntry& entry, StateWriter* writer) {
  writer->Number64(entry.id);
  writer->Text(entry.root);
  writer->Bytes({reinterpret_cast<const uint8_t*>(entry.variant.data()), entry.variant.size()});
  writer->Identifier(entry.sid);
  writer->Number32(entry.last_used);
  writer->Count(entry.paths.size());
  for (const std::u16string& path : entry.paths) writer->Text(path);
}

SidEntry ReadEntry(StateReader* reader) {
  SidEntry entry;
  entry.id = reader->Number64();
  entry.root = reader->Text();
  const std::vector<uint8_t> variant = reader->Bytes();
  entry.variant.assign(variant.begin(), variant.end());
  entry.sid = reader->Identifier();
  entry.last_used = reader->Number32();
  const size_t count = reader->Count();
  for (size_t i = 0; i < count; ++i) entry.paths.push_back(reader->Text());
  return entry;
}

bool IsStrictlyAscending(const std::vector<std::u16string>& paths) {
  return std::ranges::adjacent_find(paths, std::ranges::greater_equal()) == paths.end();
}

bool MakesSense(const SidStore& store) {
  std::set<LockId> ids;
  std::set<Sid> sids = {store.read_only};
  std::set<std::pair<std::u16string, std::string>> roots;
  std::set<std::u16string> placeholders;
  const auto is_new = [&](LockId id) {
    return id != 0 && id < store.next_id && ids.insert(id).second;
  };
  const auto entry_is_good = [&](const SidEntry& entry) {
    return is_new(entry.id) && !entry.root.empty() && HasCapabilityShape(entry.sid) &&
           sids.insert(entry.sid).second && roots.emplace(entry.root, entry.variant).second &&
           IsStrictlyAscending(entry.paths);
  };
  const auto placeholder_is_good = [&](const PlaceholderEntry& entry) {
    return is_new(entry.id) && !entry.path.empty() && placeholders.insert(entry.path).second;
  };
  return HasCapabilityShape(store.read_only) && std::ranges::all_of(store.entries, entry_is_good) &&
         std::ranges::all_of(store.placeholders, placeholder_is_good);
}

}  // namespace

std::vector<uint8_t> EncodeSidStore(const SidStore& store) {
  StateWriter writer;
  writer.Number64(store.next_id);
  writer.Identifier(store.read_only);
  writer.Count(store.entries.size());
  for (const SidEntry& entry : store.entries) WriteEntry(entry, &writer);
  writer.Count(store.placeholders.size());
  for (const PlaceholderEntry& entry : store.placeholders) {
    writer.Number64(entry.id);
    writer.Text(entry.path);
  }
  return writer.Seal(kFormat);
}

bool DecodeSidStore(std::span<const uint8_t> file, SidStore* store) {
  StateReader reader(file, kFormat);
  SidStore read;
  read.next_id = reader.Number64();
  read.read_only = reader.Identifier();
  const size_t entries = reader.Count();
  for (size_t i = 0; i < entries; ++i) read.entries.push_back(ReadEntry(&reader));
  const size_t placeholders = reader.Count();
  for (size_t i = 0; i < placeholders; ++i) {
    const LockId id = reader.Number64();
    read.placeholders.push_back({id, reader.Text()});
  }
  if (!reader.complete() || !MakesSense(read)) return false;
  *store = std::move(read);
  return true;
}

}  // namespace ringfence::win
