/* One report on its way into the record: the words as they were spoken, and what was understood of them.
 *
 * report.c reads the line and sends; report_place finds out where and for whom; report_sms makes parts
 * of a village's message; report_near finds what it goes on from; report_ask shows it to the person at
 * the keyboard. Inside `muster report` only.
 */
#ifndef MU_CLI_REPORT_H
#define MU_CLI_REPORT_H

#include "agents/cli/gazetteer.h"
#include "agents/cli/voice.h"
#include "proto/base/clock.h"
#include "proto/words/sms.h"

#define MU_REPORT_PARTS_MAX 4u
#define MU_REPORT_ID_MAX 64u
/* EXPERIENCE of dispatch desks: within half an hour it is usually the same thing. */
#define MU_REPORT_NEAR_MS (30 * MU_MINUTE_MS)

/* One event understood from the words. */
struct mu_part {
    struct mu_saying saying;
    char id[MU_REPORT_ID_MAX];
    const struct mu_said *follows; /* what it goes on from; NULL: it is the first */
};

struct mu_report {
    struct mu_cli *cli;
    struct mu_voice voice;
    /* as typed; NULL: not said */
    const char *words, *place, *kind, *by, *speaker, *on_behalf, *read_back, *at, *road;
    int field_count; /* FIELD=VALUE after the words */
    char **fields;
    bool wait, sms, yes, leave_open, is_new;
    /* found out */
    bool has_where; /* the gazetteer knows the place */
    struct mu_place where;
    struct mu_sms message; /* of a message */
    unsigned carried;   /* bits of enum mu_sms_count: in doubt now, and as the former report said */
    bool no_edge;       /* it speaks of a road, and nobody said which */
    bool no_evacuation; /* it speaks of people moved, and nobody said by which evacuation */
    struct mu_part said; /* the words */
    struct mu_part parts[MU_REPORT_PARTS_MAX];
    size_t part_count;
};

/* All return an exit code, explained; MU_EXIT_DONE: go on. */

/* Find the place by report->place; without one in the gazetteer the words stand for it. */
int mu_report_find(struct mu_report *report);
/* A part of `kind`, named, with everything said of who spoke, how and where. */
int mu_report_part(struct mu_report *report, uint32_t kind, struct mu_part **out);
/* The same circumstances on a part made otherwise. */
int mu_report_circumstances(struct mu_report *report, struct mu_part *part);
/* One field of a part; `value` NULL does nothing. */
int mu_report_set(struct mu_report *report, struct mu_part *part, const char *field,
                  const char *value);
int mu_report_set_number(struct mu_report *report, struct mu_part *part, const char *field,
                         int64_t value);
/* "casualty.triage.red=3" or "triage.red=3" to the part it fits. */
int mu_report_field(struct mu_report *report, const char *typed);

/* Make the parts of report->message. */
int mu_report_from_sms(struct mu_report *report);
/* Make the road's part, or change the road of the one there is, by report->road. */
int mu_report_sms_road(struct mu_report *report);
/* Where nothing was typed, the message says where. */
int mu_report_sms_place(struct mu_report *report);

/* Same place, same kind, a short while ago: go on from it instead of beginning anew. */
int mu_report_follow(struct mu_report *report);

/* A scene typed without its name: a part that may be one already known is not said twice over. One of ours,
 * at this very place and not old, it goes on from; of any other a person says whether it is the same; and
 * where nobody can be asked, nothing is said but what to add. With none there it gets a name. */
int mu_report_which(struct mu_report *report, struct mu_part *part);
/* The part goes on from what was said: its next version, with what still holds. */
int mu_report_goes_on(struct mu_report *report, struct mu_part *part, const struct mu_said *said);
/* Whether both tell of one place; *exact: of the same spot, not only of one village. */
bool mu_report_same_place(const Muster__Event *a, const Muster__Event *b, bool *exact);
/* A name of our own making, version 1. */
int mu_report_name(struct mu_report *report, struct mu_part *part);

/* Show what was understood and ask; with --yes only look for doubts. */
int mu_report_confirm(struct mu_report *report);
/* A person has said the field himself: it is no longer in doubt. */
void mu_report_answered(struct mu_report *report, const char *field);
/* What a complete report would still say. */
void mu_report_tell_missing(const struct mu_report *report);

#endif
