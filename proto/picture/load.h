/* What is asked of one agency or unit and not answered yet: orders to acknowledge, tasks to accept and to
 * do, answers owed to villages, reports due. A township has one desk for all of it, so whoever asks one
 * thing more should see the rest.
 *
 * Walks what is open of these, not the record.
 */
#ifndef MU_PICTURE_LOAD_H
#define MU_PICTURE_LOAD_H

#include "proto/picture/picture.h"

enum mu_ask_kind { MU_ASK_ACKNOWLEDGE, MU_ASK_ACCEPT, MU_ASK_DO, MU_ASK_ANSWER, MU_ASK_REPORT };

struct mu_ask {
    enum mu_ask_kind kind;
    const char *from; /* agency, village or duty that asks */
    const char *id;   /* of the order, task, debt or duty */
    int64_t since_ms; /* 0: not known */
    int64_t due_ms;   /* 0: none stated */
};

/* The open asks of an agency, or of a unit by its id, most urgent first, those without a time last.
 * Writes at most `room`; returns how many there are. */
size_t mu_load_asks(const mu_picture *picture, const char *target, struct mu_ask *out, size_t room);
#define MU_LOAD_ASKS_MAX 128u

struct mu_load {
    size_t open;         /* asks */
    size_t within_hour;  /* of them, due within the hour or overdue */
    size_t asking;       /* different parties that ask */
    bool over;           /* one more is one too many: the county's limit ("load_asks_max") */
    struct mu_ask first; /* most urgent; meaningless when open is 0 */
};
void mu_load_of(const mu_picture *picture, const char *target, struct mu_load *out);

/* Who would be asked for something by this event, were it said: agencies and units, each once. Writes at
 * most `room`; returns their number. */
size_t mu_load_targets(const mu_picture *picture, const Muster__Event *event, const char **out,
                       size_t room);

#endif
