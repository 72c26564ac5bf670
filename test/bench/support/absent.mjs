/** Why a variant cannot be measured on this machine. It is left out, and the results say so. */
export class Absent extends Error {}
