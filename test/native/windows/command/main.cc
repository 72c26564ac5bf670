// What tests of Windows launch: a program that does one thing, and tells by its output or its exit
// code how that went. Its first argument says what, and is one of the names at the end.
#include <windows.h>

// Behind <windows.h>.
#include <shellapi.h>

#include <cstddef>
#include <cstdint>
#include <cwchar>
#include <iterator>
#include <string>
#include <vector>

namespace {

constexpr DWORD kLongestLifeMs = 60'000;
constexpr DWORD kUsage = 200;

using Arguments = std::vector<std::wstring>;

bool WriteAll(HANDLE file, const void* bytes, size_t size) {
  DWORD written = 0;
  return WriteFile(file, bytes, static_cast<DWORD>(size), &written, nullptr) != 0 &&
         written == size;
}

DWORD Print(const void* bytes, size_t size) {
  return WriteAll(GetStdHandle(STD_OUTPUT_HANDLE), bytes, size) ? 0 : GetLastError();
}

DWORD Print(const std::string& text) { return Print(text.data(), text.size()); }

HANDLE HandleOf(const std::wstring& number) {
  return reinterpret_cast<HANDLE>(
      static_cast<uintptr_t>(std::wcstoull(number.c_str(), nullptr, 10)));
}

DWORD Exit(const Arguments& arguments) {
  return static_cast<DWORD>(std::wcstoul(arguments.at(2).c_str(), nullptr, 10));
}

// UTF-16, each ended by NUL.
DWORD PrintArguments(const Arguments& arguments) {
  std::wstring text;
  for (size_t i = 2; i < arguments.size(); ++i) text += arguments[i] + L'\0';
  return Print(text.data(), text.size() * sizeof(wchar_t));
}

// UTF-16, each ended by NUL.
DWORD PrintEnvironment(const Arguments&) {
  const wchar_t* block = GetEnvironmentStringsW();
  const wchar_t* end = block;
  while (*end != L'\0') end += std::wcslen(end) + 1;
  return Print(block, static_cast<size_t>(end - block) * sizeof(wchar_t));
}

DWORD PrintDirectory(const Arguments&) {
  wchar_t path[MAX_PATH];
  const DWORD size = GetCurrentDirectoryW(MAX_PATH, path);
  return Print(path, size * sizeof(wchar_t));
}

// Signals the event that its standard input is, and the one of that number, if it has such. Wine
// knows no standard handle but files and consoles; what the process was started with is there.
DWORD Signal(const Arguments& arguments) {
  STARTUPINFOW info = {};
  GetStartupInfoW(&info);
  const DWORD own = SetEvent(info.hStdInput) != 0 ? 0 : GetLastError();
  SetEvent(HandleOf(arguments.at(2)));
  return own;
}

DWORD Copy(const Arguments&) {
  char bytes[4096];
  DWORD size = 0;
  while (ReadFile(GetStdHandle(STD_INPUT_HANDLE), bytes, sizeof bytes, &size, nullptr) != 0 &&
         size > 0) {
    if (const DWORD error = Print(bytes, size); error != 0) return error;
  }
  return 0;
}

DWORD Sleep(const Arguments&) {
  ::Sleep(kLongestLifeMs);
  return 0;
}

// Starts this program once more, which then sleeps. 0: it could not.
DWORD StartSleeper() {
  wchar_t path[MAX_PATH];
  GetModuleFileNameW(nullptr, path, MAX_PATH);
  std::wstring line = L"\"" + std::wstring(path) + L"\" sleep";
  STARTUPINFOW info = {};
  info.cb = sizeof info;
  PROCESS_INFORMATION made = {};
  if (CreateProcessW(path, line.data(), nullptr, nullptr, FALSE, 0, nullptr, nullptr, &info,
                     &made) == 0) {
    return 0;
  }
  CloseHandle(made.hThread);
  CloseHandle(made.hProcess);
  return made.dwProcessId;
}

// Prints the number of the child, and sleeps or, with `leave`, ends before it.
DWORD StartTree(const Arguments& arguments) {
  const DWORD child = StartSleeper();
  if (child == 0) return GetLastError();
  if (const DWORD error = Print(std::to_string(child) + "\n"); error != 0) return error;
  if (arguments.size() < 3) ::Sleep(kLongestLifeMs);
  return 0;
}

// How many of so many children could be started.
DWORD StartMany(const Arguments& arguments) {
  DWORD started = 0;
  for (DWORD wanted = Exit(arguments); wanted > 0 && StartSleeper() != 0; --wanted) ++started;
  return started;
}

DWORD Commit(const Arguments& arguments) {
  const size_t bytes = std::wcstoull(arguments.at(2).c_str(), nullptr, 10);
  return VirtualAlloc(nullptr, bytes, MEM_COMMIT | MEM_RESERVE, PAGE_READWRITE) != nullptr
             ? 0
             : GetLastError();
}

DWORD MakeFile(const Arguments& arguments) {
  const HANDLE file = CreateFileW(arguments.at(2).c_str(), GENERIC_WRITE, 0, nullptr, CREATE_ALWAYS,
                                  FILE_ATTRIBUTE_NORMAL, nullptr);
  if (file == INVALID_HANDLE_VALUE) return GetLastError();
  CloseHandle(file);
  return 0;
}

// LUIDs, one a line.
DWORD PrintPrivileges(const Arguments&) {
  HANDLE token = nullptr;
  if (OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token) == 0) return GetLastError();
  alignas(TOKEN_PRIVILEGES) std::byte bytes[4096];
  DWORD size = 0;
  if (GetTokenInformation(token, TokenPrivileges, bytes, sizeof bytes, &size) == 0) {
    return GetLastError();
  }
  const auto* privileges = reinterpret_cast<const TOKEN_PRIVILEGES*>(bytes);
  std::string text;
  for (DWORD i = 0; i < privileges->PrivilegeCount; ++i) {
    text += std::to_string(privileges->Privileges[i].Luid.LowPart) + "\n";
  }
  return Print(text);
}

// Shows a word on its terminal, and the line that is typed behind another.
DWORD Talk(const Arguments&) {
  const DWORD access = GENERIC_READ | GENERIC_WRITE;
  const DWORD share = FILE_SHARE_READ | FILE_SHARE_WRITE;
  const HANDLE output = CreateFileW(L"CONOUT$", access, share, nullptr, OPEN_EXISTING, 0, nullptr);
  const HANDLE input = CreateFileW(L"CONIN$", access, share, nullptr, OPEN_EXISTING, 0, nullptr);
  if (output == INVALID_HANDLE_VALUE || input == INVALID_HANDLE_VALUE) return GetLastError();
  const std::string shown = "ready\r\n";
  if (!WriteAll(output, shown.data(), shown.size())) return GetLastError();
  char line[256];
  DWORD size = 0;
  if (ReadFile(input, line, sizeof line, &size, nullptr) == 0) return GetLastError();
  const std::string answer = "answer " + std::string(line, size);
  return WriteAll(output, answer.data(), answer.size()) ? 0 : GetLastError();
}

struct Mode {
  const wchar_t* name;
  DWORD (*run)(const Arguments&);
};

constexpr Mode kModes[] = {
    {L"exit", Exit},
    {L"arguments", PrintArguments},
    {L"environment", PrintEnvironment},
    {L"cwd", PrintDirectory},
    {L"signal", Signal},
    {L"copy", Copy},
    {L"sleep", Sleep},
    {L"tree", StartTree},
    {L"many", StartMany},
    {L"commit", Commit},
    {L"file", MakeFile},
    {L"privileges", PrintPrivileges},
    {L"talk", Talk},
};

}  // namespace

int main() {
  int count = 0;
  wchar_t** list = CommandLineToArgvW(GetCommandLineW(), &count);
  const Arguments arguments(list, list + count);
  for (const Mode& mode : kModes) {
    if (arguments.size() >= 2 && arguments[1] == mode.name) {
      ExitProcess(mode.run(arguments));
    }
  }
  return kUsage;
}
