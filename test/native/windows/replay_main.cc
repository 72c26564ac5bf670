// Does on real files what a script says, and writes an answer for each line of it:
//   ringfence_replay SCRIPT ANSWERS
// Words of a line have a tab between them:
//   user                          who this is: its SID
//   as-user                       from here on things are tried as the user, without privileges
//   as-fenced BOOL SID...         or as a command with these capability SIDs, and Everyone or not
//   rights DESCRIPTOR             what AccessCheck grants, each right asked for alone, as a number
//   make directory|file PATH
//   secure PATH DESCRIPTOR        exactly this owner and DACL
//   write PATH DESCRIPTOR         its DACL as a launch does, which changes what is below
//   rights-of PATH                as `rights`, on what the file has
//   try OPERATION PATH [TO]       as the one from above; words of file_operation.h
//   remove PATH                   with everything below
// Answers: `done`, `allowed`, `refused`, `differs` (it is not what was set), what was asked for, or
// `error NUMBER`. Ends with 2 when the script cannot be read or has a line that is none of these.
#include <windows.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "win/api/windows_api.h"
#include "win/token_query.h"
#include "windows/replay_files.h"
#include "windows/replay_token.h"

namespace ringfence::win {
namespace {

using Words = std::vector<std::string>;

// What has a file open for a moment is a scanner, more often than not.
constexpr int kTries = 3;
constexpr DWORD kPauseMs = 10;

Words Split(const std::string& line) {
  Words words;
  size_t start = 0;
  for (size_t tab = line.find('\t'); tab != std::string::npos; tab = line.find('\t', start)) {
    words.push_back(line.substr(start, tab - start));
    start = tab + 1;
  }
  words.push_back(line.substr(start));
  return words;
}

std::u16string Wide(const std::string& text) {
  const int bytes = static_cast<int>(text.size());
  std::u16string wide(text.size(), u'\0');
  const int units =
      MultiByteToWideChar(CP_UTF8, 0, text.data(), bytes, reinterpret_cast<wchar_t*>(wide.data()),
                          static_cast<int>(wide.size()));
  wide.resize(static_cast<size_t>(units));
  return wide;
}

std::string Answer(const OsError& error, const std::string& success) {
  return error.ok() ? success : "error " + std::to_string(error.code);
}

std::string Answer(const Status& status) {
  if (status.ok()) return "done";
  return "error " + std::to_string(status.os_code()) + " of " +
         StageName(static_cast<uint32_t>(status.stage()));
}

std::optional<FileOperation::Kind> KindOf(const std::string& name) {
  for (size_t i = 0; i < kFileOperations; ++i) {
    const auto kind = static_cast<FileOperation::Kind>(i);
    if (name == OperationName(kind)) return kind;
  }
  return std::nullopt;
}

class Replay {
 public:
  // Nothing: it is no line of a script.
  std::optional<std::string> Do(const Words& words) {
    const std::string& what = words[0];
    const size_t count = words.size();
    if (what == "user" && count == 1) return User();
    if (what == "as-user" && count == 1) return Answer(ReplayToken::OfUser(&token_));
    if (what == "as-fenced" && count > 2) return AsFenced(words);
    if (what == "rights" && count == 2) return Rights(words[1]);
    if (what == "make" && count == 3) {
      return Answer(MakeNode(Wide(words[2]), words[1] == "directory"), "done");
    }
    if (what == "rights-of" && count == 2) return RightsOf(words[1]);
    if (what == "write" && count == 3) {
      return Answer(WriteList(Wide(words[1]), Wide(words[2])), "done");
    }
    if (what == "secure" && count == 3) return Secure(words);
    if (what == "try" && (count == 3 || count == 4)) return Try(words);
    if (what == "remove" && count == 2) return Answer(RemoveNode(Wide(words[1])), "done");
    return std::nullopt;
  }

 private:
  static std::string User() {
    Sid user;
    const Status status = QueryOwnUser(WindowsApi(), &user);
    return status.ok() ? user.ToText() : Answer(status);
  }

  std::optional<std::string> AsFenced(const Words& words) {
    std::vector<Sid> capabilities;
    for (size_t i = 2; i < words.size(); ++i) {
      const std::optional<Sid> sid = Sid::FromText(words[i]);
      if (!sid) return std::nullopt;
      capabilities.push_back(*sid);
    }
    // Nobody, should it fail.
    token_ = ReplayToken();
    return Answer(ReplayToken::OfFence(capabilities, words[1] == "true", &token_));
  }

  std::string Rights(const std::string& descriptor) const {
    std::vector<uint8_t> bytes;
    if (const OsError error = ReadDescriptor(Wide(descriptor), &bytes); !error.ok()) {
      return Answer(error, {});
    }
    return Granted(bytes);
  }

  std::string RightsOf(const std::string& path) const {
    std::vector<uint8_t> bytes;
    if (const OsError error = QuerySecurity(Wide(path), &bytes); !error.ok()) {
      return Answer(error, {});
    }
    return Granted(bytes);
  }

  std::string Granted(const std::vector<uint8_t>& descriptor) const {
    AccessMask rights = 0;
    const OsError error = token_.Rights(descriptor, &rights);
    return Answer(error, std::to_string(rights));
  }

  static std::string Secure(const Words& words) {
    bool same = false;
    const OsError error = SecureNode(Wide(words[1]), Wide(words[2]), &same);
    return Answer(error, same ? "done" : "differs");
  }

  std::optional<std::string> Try(const Words& words) const {
    const std::optional<FileOperation::Kind> kind = KindOf(words[1]);
    if (!kind) return std::nullopt;
    const std::u16string path = Wide(words[2]);
    const std::u16string to = words.size() == 4 ? Wide(words[3]) : std::u16string();
    OsError error;
    for (int i = 0; i < kTries; ++i) {
      if (i > 0) Sleep(kPauseMs);
      error = token_.As([&] { return PerformReally(*kind, path, to); });
      if (error.ok()) return "allowed";
    }
    return error.is(kErrorAccessDenied) ? "refused" : Answer(error, {});
  }

  ReplayToken token_;
};

int Run(const char* script_name, const char* answers_name) {
  std::ifstream script(script_name, std::ios::binary);
  std::ofstream answers(answers_name, std::ios::binary);
  Replay replay;
  std::string line;
  while (std::getline(script, line)) {
    const std::optional<std::string> answer = replay.Do(Split(line));
    if (!answer) {
      static_cast<void>(std::fprintf(stderr, "no line of a script: %s\n", line.c_str()));
      return 2;
    }
    answers << *answer << '\n';
  }
  answers.close();
  if (script.bad() || !script.eof() || !answers) {
    static_cast<void>(
        std::fprintf(stderr, "cannot read %s, or write %s\n", script_name, answers_name));
    return 2;
  }
  return 0;
}

}  // namespace
}  // namespace ringfence::win

int main(int count, char** arguments) {
  if (count != 3) {
    static_cast<void>(std::fprintf(stderr, "usage: %s SCRIPT ANSWERS\n", arguments[0]));
    return 2;
  }
  ringfence::win::EnableBackupPrivileges();
  return ringfence::win::Run(arguments[1], arguments[2]);
}
