// Calls about files and their security; one of the tables of win32_api.h.
#ifndef RINGFENCE_WIN_API_FILE_API_H_
#define RINGFENCE_WIN_API_FILE_API_H_

namespace ringfence::win {

class FileApi {
 public:
  virtual ~FileApi() = default;
};

}  // namespace ringfence::win

#endif  // RINGFENCE_WIN_API_FILE_API_H_
