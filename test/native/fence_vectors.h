// Fences of the models as JSON, for machines where they can be tried on real files.
#ifndef RINGFENCE_TEST_NATIVE_FENCE_VECTORS_H_
#define RINGFENCE_TEST_NATIVE_FENCE_VECTORS_H_

#include <cstddef>
#include <cstdint>
#include <string>

namespace ringfence::win {

// {readings, trees}: one JSON text, the same for the same arguments everywhere.
//
// readings: the ways in which Windows may take WRITE_RESTRICTED; verdicts have this order.
// A tree: its seed; whether it is a `plain` one (TreeTraits); user, SID of the user in all
// descriptors, who stands for whoever replays it; what restricts (capabilities, everyone); the
// policy that was put on it (roots, readOnly); nodes from the top down, the top's path being empty,
// each with its kind, as it was `made` and its later descriptor, as in the security descriptor
// definition language, and the rights that each of the two tokens has there then, one by one: user,
// fenced; writes, the lists that make the one of the other, in their order; operations in their
// order, each with `verdicts` and, for two paths, `to`. Later ones find what the first reading's
// verdict has left of the earlier ones.
//
// At least `cases` operations. Empty when a policy could not be put on a tree, which the planner
// has no reason for.
std::string FenceVectors(uint32_t seed, size_t cases);

}  // namespace ringfence::win

#endif  // RINGFENCE_TEST_NATIVE_FENCE_VECTORS_H_
