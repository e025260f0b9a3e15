/* JSON, member by member, as muster-replay prints it: one document, 64-bit numbers as strings, times twice (ISO 8601
 * in the record's local time for people, milliseconds for programs). What is not known is left out. */
#ifndef MU_REPLAY_JOT_H
#define MU_REPLAY_JOT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "proto/base/err.h"
#include "proto/wire/event.h"

struct mu_jot {
    FILE *out;
    int offset_min;
    const char *comma; /* "" at the beginning */
    enum mu_err err;   /* memory ran out: what was printed is no document */
};

struct mu_jot mu_jot(FILE *out, int offset_min);
/* Ends the line. Errors: MU_E_NO_MEMORY, and then it is no document. */
MU_MUST_USE enum mu_err mu_jot_end(struct mu_jot *jot);

/* `key` NULL: a member of a list, or the document itself. */
void mu_jot_open(struct mu_jot *jot, const char *key);
void mu_jot_close(struct mu_jot *jot);
void mu_jot_list(struct mu_jot *jot, const char *key);
void mu_jot_list_end(struct mu_jot *jot);

void mu_jot_text(struct mu_jot *jot, const char *key, const char *text); /* NULL: left out */
void mu_jot_number(struct mu_jot *jot, const char *key, uint64_t value);
/* Of things, not of entries or milliseconds: it needs no 64 bits, and is a number. */
void mu_jot_count(struct mu_jot *jot, const char *key, size_t value);
void mu_jot_flag(struct mu_jot *jot, const char *key, bool value);
void mu_jot_bytes(struct mu_jot *jot, const char *key, const uint8_t *bytes, size_t size); /* hex */
/* "acceptedAt", and "acceptedAtMs" beside it. */
void mu_jot_time(struct mu_jot *jot, const char *key, int64_t ms);
/* JSON already. */
void mu_jot_json(struct mu_jot *jot, const char *key, const char *json);
void mu_jot_event(struct mu_jot *jot, const char *key, const Muster__Event *event);

#endif
