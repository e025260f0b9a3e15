/* A desk with a real record behind it, people who submit to it, and what it answered. */
#ifndef MU_HELP_STAGE_H
#define MU_HELP_STAGE_H

#include "broker/desk/desk.h"
#include "tests/help/founded.h"

#define STAGE_ANSWERS_MAX 64u

struct stage_answer {
    struct mu_desk_seat *seat;
    uint8_t type;
    uint8_t lane;
    struct mu_accepted accepted; /* points into bytes */
    struct mu_refused refused;
    uint8_t bytes[8192];
};

/* One who speaks: an author per lane, and a seat. */
struct stage_speaker {
    uint8_t seed;
    struct help_author lane[MU_LANES];
    struct mu_desk_seat seat;
};

struct stage {
    struct founded county;
    struct mu_desk_options options;
    mu_desk *desk;
    struct stage_speaker admin, em; /* em: emergency management, enrolled by stage_open */
    struct mu_desk_time time;
    size_t answers, alarms;
    struct stage_answer answer[STAGE_ANSWERS_MAX];
    enum mu_err alarm; /* the last */
};

/* `log` and `options` may be NULL. Entry 1 is genesis, 2 enrols em. */
struct stage *stage_open(const struct mu_log_options *log, const struct mu_desk_options *options);
void stage_close(struct stage **stage);
/* The broker goes down and comes up again over the same record. */
void stage_restart(struct stage *stage, const struct mu_log_options *log);

void stage_speaker_open(struct stage *stage, struct stage_speaker *speaker, uint8_t seed);
void stage_speaker_close(struct stage_speaker *speaker);
void stage_instance(struct stage_speaker *speaker, uint64_t instance);

void stage_begin(struct stage *stage); /* forgets the answers before */
void stage_end(struct stage *stage);   /* commits; fails the test when the desk must stop */
void stage_submit(struct stage *stage, struct stage_speaker *speaker, uint8_t lane,
                  struct mu_bytes batch);
/* One turn with one batch of one body, sealed next in that lane; its answer. */
struct stage_answer *stage_say(struct stage *stage, struct stage_speaker *speaker, uint8_t lane,
                               struct mu_bytes body);
/* One turn with this batch; its answer. */
struct stage_answer *stage_send(struct stage *stage, struct stage_speaker *speaker, uint8_t lane,
                                const struct help_batch *batch);
struct mu_bytes stage_bytes(const struct help_batch *batch);

/* The answer is ACCEPTED, and its proof leads from these leaves to a checkpoint the log key signed. */
void stage_proves(const struct stage *stage, const struct stage_answer *answer,
                  const struct help_batch *batch);
/* The answer is REFUSED with this code. */
void stage_refuses(const struct stage_answer *answer, enum mu_err code);
/* The answer is ACCEPTED with event 0 refused for good. */
void stage_refuses_event(const struct stage_answer *answer, enum mu_err code, const char *path);
uint64_t stage_head(const struct stage *stage);
/* The entry as a reader would see it. Lent by the county's arena. */
struct mu_entry stage_entry(struct stage *stage, uint64_t number);

#endif
