/* An agent at its desk: a directory, libmuster on it, and a note of all it was told. */
#ifndef TESTS_HELP_SEAT_H
#define TESTS_HELP_SEAT_H

#include "agents/sdk/muster.h"
#include "tests/help/broker.h"

#define HELP_SEAT_NOTES 8192u

struct help_seat {
    char dir[128];
    mu_agent *agent;
    struct mu_answer answers[HELP_SEAT_NOTES];
    size_t answer_count;
    struct mu_entry entries[HELP_SEAT_NOTES]; /* bodies and events are gone: numbers and names */
    char words[HELP_SEAT_NOTES][32];          /* of the field reports among them */
    size_t entry_count;
    struct mu_kept was[64], now[64]; /* moved */
    size_t moved_count;
    uint64_t through, head;
    unsigned epochs; /* the record was restored: so often */
    uint64_t common; /* ... and what was read behind here is forgotten */
    enum mu_link links[256];
    enum mu_err whys[256];
    size_t link_count;
    enum mu_err stop_at_entry; /* what on_entry answers ... */
    uint64_t stop_number;      /* ... at this number, once */
};

/* A new agent of agency EM in a directory of its own, pointed at the broker but not enrolled. */
void help_seat_make(struct help_seat *seat, const struct help_broker *broker);
/* The same, of any agency and at any broker. */
void help_seat_make_at(struct help_seat *seat, const char *agency, const char *endpoint,
                       const struct mu_hash *log, const uint8_t curve[32],
                       const struct mu_public *log_key);
void help_seat_open(struct help_seat *seat, bool no_spool);
void help_seat_close(struct help_seat *seat);
/* Close and remove the directory. */
void help_seat_remove(struct help_seat *seat);

/* Say a field report with these words, in the lane its severity fixes ("severe", NULL: routine). */
struct mu_kept help_seat_say(struct help_seat *seat, const char *words, const char *severity);
/* The answer to what was kept; NULL when there is none. The newest one counts. */
const struct mu_answer *help_seat_answer(const struct help_seat *seat, const struct mu_kept *kept);
/* Whether the program was ever told this. */
bool help_seat_was_told(const struct help_seat *seat, enum mu_link link, enum mu_err why);

/* Copy the whole directory, as a backup does. */
void help_copy(const char *from, const char *to);

/* Turn broker and seats (NULL ends the list) until `done` says so; a story that never gets there
 * fails. */
void help_until(bool (*done)(void *user), void *user, struct help_broker *broker,
                struct help_seat *first, ...) __attribute__((sentinel));
/* Turn them for a while, so that what must not happen has had its chance. */
void help_turns(unsigned turns, struct help_broker *broker, struct help_seat *first, ...)
    __attribute__((sentinel));

#endif
