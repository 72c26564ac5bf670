/** The beginning of the names of the doctor's own directories, in the temporary directory. */
export const SCRATCH_PREFIX = 'ringfence-doctor-'
