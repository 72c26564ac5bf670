/**
 * What stays read-only under every writable root: files that other programs of the user execute or obey.
 *
 * - Under every writable root, temporary directories included, whether or not they exist: PROTECTED_NAMES.
 * - Shell start-up files: existing ones under every writable root; missing ones only in the home directory
 *   itself (when it is writable), because shells read them nowhere else.
 * - On Windows what starts by itself, in the home directory and below (WINDOWS_STARTUP_PATHS).
 * - In every git repository at any depth: GIT_PARTS. Where the user opens a top-level `.git` by name, its
 *   GIT_PARTS stay read-only unless they are named too.
 * - What the configuration of such a repository, or of one around a writable root, has git obey elsewhere:
 *   core.hooksPath and included files (git-config-paths.ts), existing or not.
 *
 * A rule of the user at exactly such a path replaces that one protection. A missing name in a directory that
 * the command could not write anyway (not ours, read-only file system) needs no protection and has none.
 *
 * Symbolic links cannot be held in place. A protected name that is one: the target is protected where it could
 * be written, and a warning says that the link itself can be replaced; refusing would break every workspace
 * whose `.claude` is a link. Links in rules of the user are refused (replaceable-links.ts): they can be
 * replaced by the name of the target, which built-in names cannot.
 *
 * Known limits: commands that the configuration names (filters, core.fsmonitor, core.sshCommand) may be programs
 * of the work tree, and are not protected; nor is what the user's own ~/.gitconfig names. `.git/commondir` makes
 * git take hooks and config from elsewhere. An existing one is protected; a missing one cannot be, because git
 * refuses to work with any stub in its place. It matters for nested repositories and for a top-level `.git` that
 * the user opened.
 */
export const PROTECTED_NAMES: readonly string[] = [
  '.git',
  '.codex',
  '.claude',
  '.agents',
  '.vscode',
  '.idea',
  '.mcp.json',
]

export const SHELL_STARTUP_FILES: readonly string[] = [
  '.bashrc',
  '.bash_profile',
  '.bash_login',
  '.bash_logout',
  '.profile',
  '.zshrc',
  '.zshenv',
  '.zprofile',
  '.zlogin',
  '.zlogout',
]

/** `missing`: whether a place that is empty now is held as well. */
/**
 * Below the home directory on Windows: what PowerShell runs when it starts, and the session of the user. A Documents
 * that was moved to somewhere else is not known.
 */
export const WINDOWS_STARTUP_PATHS: readonly string[] = [
  'Documents/PowerShell',
  'Documents/WindowsPowerShell',
  'OneDrive/Documents/PowerShell',
  'OneDrive/Documents/WindowsPowerShell',
  'AppData/Roaming/Microsoft/Windows/Start Menu/Programs/Startup',
]

export const GIT_PARTS: ReadonlyArray<{ name: string; missing: boolean }> = [
  { name: 'hooks', missing: true },
  { name: 'config', missing: true },
  { name: 'config.worktree', missing: false },
  { name: 'commondir', missing: false },
]
