/* Events for stories: said field by field, or made up at random from the descriptors. */
#ifndef TESTS_HELP_EVENTS_H
#define TESTS_HELP_EVENTS_H

#include "proto/wire/assign.h"

/* The clock every story stands on: midnight of 2031-07-16 in Qinghe, 8 hours east. */
#define HELP_MIDNIGHT_MS INT64_C(1941897600000)

/* An event of `kind` with each "path=value" of `said` (ends in NULL) assigned, on top of a good
 * envelope (exercise, EM, Shangwan, 14:03, EV-01 version 1). "path=" alone takes the field away again.
 * A story that says something impossible fails here. */
Muster__Event *help_event(mu_arena *arena, const char *kind, const char *const *said);
#define HELP_EVENT(arena, ...)                                                                     \
    help_event((arena), (const char *const[]){__VA_ARGS__, NULL}[0],                               \
               (const char *const[]){__VA_ARGS__, NULL} + 1)

/* Its bytes, lent by the arena. */
struct mu_bytes help_packed(const Muster__Event *event, mu_arena *arena);

/* An event as the descriptors allow it: any fields, any values, which no person would ever say. The
 * same seed gives the same event. */
Muster__Event *help_random_event(uint64_t seed, mu_arena *arena);

#endif
