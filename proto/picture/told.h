/* Who has been told of what: the ladder of one statement, agency by agency.
 *
 *   waiting       the record holds it, the agency's machine does not: as far as anybody knows
 *   on machine    a receipt of one of its desks has looked through its number
 *   opened .. done   a person of that agency said so, about exactly this statement
 *   told by phone    somebody of another agency said so on its behalf
 *
 * No rung is ever inferred: delivery is not opening, opening is not acknowledging, and what was
 * acknowledged of version 1 says nothing of version 2. Acts that were struck, and acts for another
 * agency that do not say by what channel, are no rung.
 *
 * Asking costs the acts about this one statement and a search among the agency's receipts, however
 * long the record is.
 */
#ifndef MU_PICTURE_TOLD_H
#define MU_PICTURE_TOLD_H

#include "proto/picture/picture.h"

/* One rung reached. All lent for the life of the picture. */
struct mu_told_step {
    bool reached;
    int64_t at_ms;        /* log clock: when the receipt was stated, when the act was accepted */
    int64_t stated_at_ms; /* as the person says; at_ms when he says nothing */
    uint64_t number;      /* of the entry that says so: receipt sheet or act */
    const struct mu_said *act; /* NULL: a receipt */
    bool second_hand;          /* entered by another agency */
    const char *post;          /* of him who was told; NULL: not stated */
    const char *person;        /* his staff code or, second-hand, the speaker; NULL: not stated */
    const char *entered_by;    /* agency whose machine the act was entered on; NULL: a receipt */
    Muster__Channel channel;   /* second-hand only; else 0 */
    const char *read_back;     /* words read back; NULL: none */
};

#define MU_TOLD_RUNGS 12u /* indexed by Muster__Rung */

/* The ladder of one statement for one agency. */
struct mu_told {
    const struct mu_said *said;
    const char *agency;
    struct mu_told_step rung[MU_TOLD_RUNGS]; /* first time each was reached; STORED always is */
    Muster__Rung
        highest;  /* WAITING, ON_MACHINE, OPENED ... DONE; TOLD_BY_PHONE above ON_MACHINE only */
    bool waiting; /* not on its machine, whatever a person said by telephone */
    bool knows;   /* a person of the agency acknowledged, or was told by telephone and read it back:
                             this, and nothing below it, completes an order */
    const struct mu_told_step *known_by; /* the first such step: in rung[]; NULL unless knows */
};

/* The ladder of `said` for `agency`, as of the last entry folded. */
void mu_told_of(const mu_picture *picture, const struct mu_said *said, const char *agency,
                struct mu_told *out);
/* The same as of log time `at_ms`: later receipts and acts are left out. */
void mu_told_of_at(const mu_picture *picture, const struct mu_said *said, const char *agency,
                   int64_t at_ms, struct mu_told *out);

/* ---- who there is to be told ---- */

/* One addressee. */
struct mu_told_to {
    const char *agency;
    const char *post; /* NULL: not named */
    bool must_answer; /* the statement asks this agency for an acknowledgement */
};

/* Every agency that must acknowledge `said` (to_be_told of a release, agencies a decision gives
 * orders to, who is named for a task, who decides a card, recipients when ack_required), in the order named, each once; never its own
 * issuer, unless its program said it.
 * Writes at most `room`; returns their number. */
size_t mu_told_addressees(const mu_picture *picture, const struct mu_said *said,
                          struct mu_told_to *out, size_t room);
/* Until when they are to acknowledge it: as stated, else by the county's limits from when it was recorded
 * (3 minutes for what is life safety by its kind and severity, 30 to accept a task, 10 for the rest). */
int64_t mu_told_due_ms(const mu_picture *picture, const struct mu_said *said);
bool mu_told_is_critical(const struct mu_said *said);
/* Every agency anything can be said of: those that must answer first, then all with an enrolled desk
 * or an act about `said`, by code. The issuer is left out. */
size_t mu_told_agencies(const mu_picture *picture, const struct mu_said *said,
                        struct mu_told_to *out, size_t room);
#define MU_TOLD_AGENCIES_MAX 256u

/* Whether somebody is asked for a word about the object of that name: to acknowledge it, or to accept it as
 * a task. */
bool mu_picture_is_order(const mu_picture *picture, const char *id);

/* The newest thing known of what is on an agency's machine. */
struct mu_told_machine {
    bool heard;           /* any receipt at all */
    int64_t stated_at_ms; /* of the newest receipt */
    uint32_t epoch;
    uint64_t through; /* its best desk's least lane */
};
void mu_told_machine(const mu_picture *picture, const char *agency, struct mu_told_machine *out);

/* "opened" of RUNG_OPENED. Static. */
const char *mu_rung_name(Muster__Rung rung);

#endif
