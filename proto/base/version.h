/* Versions that people and records see. */
#ifndef MU_BASE_VERSION_H
#define MU_BASE_VERSION_H

#define MU_VERSION "0.1.0"
/* The judge's rules of admission; in every log leaf, so that a later judge can be told apart. */
#define MU_JUDGE_VERSION 1u

#endif
