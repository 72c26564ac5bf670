// Ends every descendant of a process that is a child subreaper (PR_SET_CHILD_SUBREAPER): what lost
// its parent comes to the caller, so the tree is complete however often it forked.
#ifndef RINGFENCE_LINUX_LAUNCHER_DESCENDANTS_H_
#define RINGFENCE_LINUX_LAUNCHER_DESCENDANTS_H_

namespace ringfence {

// Kills and reaps until no child is left.
void KillDescendants();

}  // namespace ringfence

#endif  // RINGFENCE_LINUX_LAUNCHER_DESCENDANTS_H_
