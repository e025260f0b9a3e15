/* What a command must know of the record it speaks to, also without a line to it: is it an exercise,
 * what local time is, what the log clock says. Kept in DIR/county, renewed whenever the broker answers.
 */
#ifndef MU_CLI_COUNTY_H
#define MU_CLI_COUNTY_H

#include "agents/cli/talk.h"
#include "proto/base/limits.h"
#include "proto/base/text.h"

struct mu_county {
    bool known;      /* false: never told */
    uint32_t status; /* enum Status */
    int offset_min;
    char area[MU_TOPIC_BYTES_MAX];
    char home[MU_TOPIC_BYTES_MAX]; /* of a township's desk: its own part of it; empty: all of it */
    char name[MU_NAME_BYTES_MAX];
    uint32_t rate_milli; /* of the log clock; 0: steps */
    int64_t log_ms;      /* what it said ... */
    int64_t wall_ms;     /* ... when the wall said this */
};

/* Read DIR/county; unknown when there is none or it cannot be read. */
void mu_county_read(const char *dir, struct mu_county *out);
/* Errors: MU_E_SYSTEM. */
MU_MUST_USE enum mu_err mu_county_write(const char *dir, const struct mu_county *county);
/* The lines of that file. */
void mu_county_parse(const char *text, struct mu_county *out);
void mu_county_print(struct mu_text *out, const struct mu_county *county);
/* Ask the record (its first entry, this agent's own enrolment) over an open link, and keep the answer in `dir` when that can be
 * written. Errors: those of mu_talk_read. */
MU_MUST_USE enum mu_err mu_county_learn(struct mu_talk *talk, const char *dir,
                                        struct mu_county *out);
/* The part of it an agent is enrolled for; NULL: all of it. */
void mu_county_home(struct mu_county *county, const char *area);
void mu_county_from_genesis(struct mu_county *out, const Muster__Genesis *genesis);

/* The log clock now: as the broker told it, else carried on from when it last did, else the wall. */
int64_t mu_county_now_ms(const struct mu_county *county, const mu_agent *agent);
/* Midnight before `now_ms` in local time. */
int64_t mu_county_day_ms(const struct mu_county *county, int64_t now_ms);

#endif
