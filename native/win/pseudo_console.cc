#include "win/pseudo_console.h"

#include <utility>

#include "win/named_pipe.h"

namespace ringfence::win {

Status MakePseudoConsole(const Win32Api& api, TerminalSize size, PseudoConsole* made) {
  Pipe input;
  Pipe output;
  RINGFENCE_RETURN_IF_ERROR(MakePipe(api, PipeDirection::kToCommand, &input));
  RINGFENCE_RETURN_IF_ERROR(MakePipe(api, PipeDirection::kFromCommand, &output));

  // The console has duplicates of its ends. Ours are closed with the pipes, so that its output ends
  // with it.
  Console console = Console::kNone;
  if (const OsError error =
          api.io.CreateConsole(size, input.theirs.get(), output.theirs.get(), &console);
      !error.ok()) {
    return Failed(Stage::kWinConsoleMake, error);
  }
  PseudoConsole finished;
  finished.console = UniqueConsole(api.io, console);
  finished.input = std::move(input.ours);
  finished.output = std::move(output.ours);
  *made = std::move(finished);
  return Status::Ok();
}

}  // namespace ringfence::win
