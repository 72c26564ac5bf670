// The stages of Windows; see core/stage.h.
#ifndef RINGFENCE_CORE_STAGES_WINDOWS_H_
#define RINGFENCE_CORE_STAGES_WINDOWS_H_

// X(enumerator, text name, function). Of a stage whose function is empty the failure is ours: what
// was read back is not what was asked for.
#define RINGFENCE_WINDOWS_STAGES(X)                                                          \
  /* state: capability SIDs */                                                               \
  X(kWinStateMake, "windows.state.make", "CreateDirectoryW")                                 \
  X(kWinStateOpen, "windows.state.open", "CreateFileW")                                      \
  X(kWinStateDirectory, "windows.state.directory", "")                                       \
  X(kWinStatePlace, "windows.state.place", "")                                               \
  X(kWinStateLock, "windows.state.lock", "LockFileEx")                                       \
  X(kWinStoreOpen, "windows.sid-store.open", "CreateFileW")                                  \
  X(kWinStoreRead, "windows.sid-store.read", "ReadFile")                                     \
  X(kWinStoreCorrupt, "windows.sid-store.corrupt", "")                                       \
  X(kWinStoreWrite, "windows.sid-store.write", "WriteFile")                                  \
  X(kWinStoreFlush, "windows.sid-store.flush", "FlushFileBuffers")                           \
  X(kWinStoreReplace, "windows.sid-store.replace", "MoveFileExW")                            \
  X(kWinUndoOpen, "windows.undo.open", "CreateFileW")                                        \
  X(kWinUndoRead, "windows.undo.read", "ReadFile")                                           \
  X(kWinUndoCorrupt, "windows.undo.corrupt", "")                                             \
  X(kWinUndoWrite, "windows.undo.write", "WriteFile")                                        \
  X(kWinUndoFlush, "windows.undo.flush", "FlushFileBuffers")                                 \
  X(kWinUndoReplace, "windows.undo.replace", "MoveFileExW")                                  \
  X(kWinUndoDelete, "windows.undo.delete", "DeleteFileW")                                    \
  X(kWinRandom, "windows.random", "BCryptGenRandom")                                         \
  /* ACLs of files */                                                                        \
  X(kWinPathOpen, "windows.path.open", "CreateFileW")                                        \
  X(kWinPathName, "windows.path.name", "GetFinalPathNameByHandleW")                          \
  X(kWinPathKind, "windows.path.kind", "GetFileInformationByHandleEx")                       \
  X(kWinPathVolume, "windows.path.volume", "GetVolumeInformationByHandleW")                  \
  X(kWinPathChanged, "windows.path.changed", "")                                             \
  X(kWinPathNoAcls, "windows.path.no-acls", "")                                              \
  X(kWinAclRead, "windows.acl.read", "GetSecurityInfo")                                      \
  X(kWinAclDecode, "windows.acl.decode", "")                                                 \
  X(kWinAclNull, "windows.acl.null", "")                                                     \
  X(kWinAclContradiction, "windows.acl.contradiction", "")                                   \
  X(kWinAclForeign, "windows.acl.foreign", "")                                               \
  X(kWinAclOrder, "windows.acl.order", "")                                                   \
  X(kWinAclNotInheriting, "windows.acl.not-inheriting", "")                                  \
  X(kWinAclUnpinned, "windows.acl.unpinned", "")                                             \
  X(kWinAclTooLarge, "windows.acl.too-large", "")                                            \
  X(kWinAclIneffective, "windows.acl.ineffective", "")                                       \
  X(kWinAclWrite, "windows.acl.write", "SetSecurityInfo")                                    \
  X(kWinAclVerify, "windows.acl.verify", "")                                                 \
  X(kWinAclUndo, "windows.acl.undo", "SetSecurityInfo")                                      \
  X(kWinStubMake, "windows.stub.make", "CreateDirectoryW")                                   \
  X(kWinStubRemove, "windows.stub.remove", "SetFileInformationByHandle")                     \
  /* token */                                                                                \
  X(kWinTokenOpen, "windows.token.open", "OpenProcessToken")                                 \
  X(kWinTokenQuery, "windows.token.query", "GetTokenInformation")                            \
  X(kWinTokenRestrict, "windows.token.restrict", "CreateRestrictedToken")                    \
  X(kWinTokenReadBack, "windows.token.read-back", "GetTokenInformation")                     \
  X(kWinTokenUnrestricted, "windows.token.unrestricted", "")                                 \
  X(kWinTokenDefaultDacl, "windows.token.default-dacl", "SetTokenInformation")               \
  X(kWinTokenDuplicate, "windows.token.duplicate", "DuplicateTokenEx")                       \
  X(kWinTokenCheck, "windows.token.check", "AccessCheck")                                    \
  X(kWinTokenTooWeak, "windows.token.too-weak", "")                                          \
  /* launch */                                                                               \
  X(kWinCommandLine, "windows.launch.command-line", "")                                      \
  X(kWinBatchFile, "windows.launch.batch-file", "")                                          \
  X(kWinEnvironment, "windows.launch.environment", "")                                       \
  X(kWinProgramFind, "windows.launch.find", "GetFileAttributesW")                            \
  X(kWinStdio, "windows.launch.stdio", "DuplicateHandle")                                    \
  X(kWinNull, "windows.launch.null", "CreateFileW")                                          \
  X(kWinPipeMake, "windows.pipe.make", "CreateNamedPipeW")                                   \
  X(kWinPipeConnect, "windows.pipe.connect", "CreateFileW")                                  \
  X(kWinPipeWatch, "windows.pipe.watch", "CreateIoCompletionPort")                           \
  X(kWinPipeRead, "windows.pipe.read", "ReadFile")                                           \
  X(kWinPipeWrite, "windows.pipe.write", "WriteFile")                                        \
  X(kWinConsoleMake, "windows.console.make", "CreatePseudoConsole")                          \
  X(kWinConsoleResize, "windows.console.resize", "ResizePseudoConsole")                      \
  X(kWinDesktopStation, "windows.desktop.station", "GetProcessWindowStation")                \
  X(kWinDesktopOwn, "windows.desktop.own", "GetThreadDesktop")                               \
  X(kWinDesktopQuery, "windows.desktop.query", "GetUserObjectInformationW")                  \
  X(kWinDesktopMake, "windows.desktop.make", "CreateDesktopW")                               \
  X(kWinJobMake, "windows.job.make", "CreateJobObjectW")                                     \
  X(kWinJobLimit, "windows.job.limit", "SetInformationJobObject")                            \
  X(kWinJobPort, "windows.job.port", "SetInformationJobObject")                              \
  X(kWinJobMember, "windows.job.member", "IsProcessInJob")                                   \
  X(kWinJobOutside, "windows.job.outside", "")                                               \
  X(kWinJobWatch, "windows.job.watch", "CreateIoCompletionPort")                             \
  X(kWinJobQuery, "windows.job.query", "QueryInformationJobObject")                          \
  X(kWinJobKill, "windows.job.kill", "TerminateJobObject")                                   \
  X(kWinAttributeList, "windows.launch.attribute-list", "InitializeProcThreadAttributeList") \
  X(kWinAttributes, "windows.launch.attributes", "UpdateProcThreadAttribute")                \
  X(kWinProcessCreate, "windows.process.create", "CreateProcessAsUserW")                     \
  X(kWinProcessToken, "windows.process.token", "OpenProcessToken")                           \
  X(kWinProcessWatch, "windows.process.watch", "RegisterWaitForSingleObject")                \
  X(kWinProcessResume, "windows.process.resume", "ResumeThread")                             \
  X(kWinProcessResumeCount, "windows.process.resume-count", "")                              \
  X(kWinProcessWait, "windows.process.wait", "GetExitCodeProcess")                           \
  X(kWinScanRead, "windows.scan.read", "FindFirstFileExW")                                   \
  X(kWinVolumes, "windows.volumes", "GetLogicalDriveStringsW")                               \
  X(kWinVersion, "windows.version", "RtlGetVersion")                                         \
  X(kWinThread, "windows.thread.start", "CreateThread")

#endif  // RINGFENCE_CORE_STAGES_WINDOWS_H_
