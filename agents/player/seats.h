/* What played people do by themselves: acknowledge grave cards and orders addressed to them, accept
 * what they are asked (docs/EXERCISE.md, directive `seat`). Where the script says it, they are silent.
 */
#ifndef MU_PLAYER_SEATS_H
#define MU_PLAYER_SEATS_H

#include "agents/player/event.h"
#include "proto/wire/entry.h"

typedef struct mu_seats mu_seats;

enum mu_seat_does {
    MU_SEAT_ACK_CARD,
    MU_SEAT_ACK_ORDER,
    MU_SEAT_ACCEPT_TASK,
    MU_SEAT_ACCEPT_REQUEST
};

struct mu_seat_act {
    enum mu_seat_does does;
    int64_t due_ms;
    const char *agency;  /* lent by the reference */
    struct mu_hash leaf; /* of the statement reacted to */
    struct mu_hash card_id;
    char object[MU_NAME_BYTES_MAX + 1]; /* "" when it has none */
    uint32_t version;
};

/* `play` is lent as long as the seats. Errors: MU_E_NO_MEMORY. */
MU_MUST_USE enum mu_err mu_seats_new(const struct mu_play *play, mu_seats **out);
void mu_seats_free(mu_seats **seats);

/* See what an entry asks of the seats. Errors: MU_E_NO_MEMORY. */
MU_MUST_USE enum mu_err mu_seats_take(mu_seats *seats, const struct mu_entry *entry);

/* When the next act is due; INT64_MAX: none. */
int64_t mu_seats_due(const mu_seats *seats);
/* The first act due at `now_ms`, taken off. False: none. */
bool mu_seats_next(mu_seats *seats, int64_t now_ms, struct mu_seat_act *out);

/* The act as an event, all but envelope defaults. Errors: MU_E_NO_MEMORY. */
MU_MUST_USE enum mu_err mu_seat_event(const struct mu_seat_act *act, mu_arena *arena,
                                      struct mu_saying *out);

#endif
