// Builds the flat blobs of wire.h: a header, then strings and arrays that it points to.
#ifndef RINGFENCE_LINUX_BLOB_WRITER_H_
#define RINGFENCE_LINUX_BLOB_WRITER_H_

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "linux/wire.h"

namespace ringfence {

class BlobWriter {
 public:
  // Reserves room for the header, which is written last.
  explicit BlobWriter(size_t header_size) : bytes_(header_size) {}

  wire::Text AddText(const std::string& text) {
    const auto offset = static_cast<wire::Text>(bytes_.size());
    bytes_.insert(bytes_.end(), text.begin(), text.end());
    bytes_.push_back('\0');
    return offset;
  }

  template <typename T>
  wire::Span AddArray(const std::vector<T>& items) {
    while (bytes_.size() % alignof(T) != 0) bytes_.push_back('\0');
    const wire::Span span{static_cast<uint32_t>(bytes_.size()),
                          static_cast<uint32_t>(items.size())};
    if (!items.empty()) {
      const auto* data = reinterpret_cast<const char*>(items.data());
      bytes_.insert(bytes_.end(), data, data + items.size() * sizeof(T));
    }
    return span;
  }

  wire::Span AddTexts(const std::vector<std::string>& texts) {
    std::vector<wire::Text> offsets;
    offsets.reserve(texts.size());
    for (const std::string& text : texts) offsets.push_back(AddText(text));
    return AddArray(offsets);
  }

  // Texts that are each ended by NUL.
  wire::Span AddBlock(const std::string& block) {
    const size_t start = bytes_.size();
    bytes_.insert(bytes_.end(), block.begin(), block.end());
    std::vector<wire::Text> offsets;
    for (size_t at = 0; at < block.size(); at = block.find('\0', at) + 1) {
      offsets.push_back(static_cast<wire::Text>(start + at));
    }
    return AddArray(offsets);
  }

  template <typename Header>
  std::vector<char> Finish(Header header) && {
    header.size = static_cast<uint32_t>(bytes_.size());
    std::memcpy(bytes_.data(), &header, sizeof header);
    return std::move(bytes_);
  }

 private:
  std::vector<char> bytes_;
};

}  // namespace ringfence

#endif  // RINGFENCE_LINUX_BLOB_WRITER_H_
