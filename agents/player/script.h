/* The script of an exercise: who says what when (docs/EXERCISE.md).
 *
 * Form only: whether the words make an event is found out by event.h. Rows come out in the order they
 * are played: the prelude as written, then by clock, rows of one clock as written.
 */
#ifndef MU_PLAYER_SCRIPT_H
#define MU_PLAYER_SCRIPT_H

#include "agents/player/hours.h"
#include "agents/player/mistake.h"
#include "proto/base/arena.h"
#include "proto/base/bytes.h"

enum mu_row_act { MU_ROW_SAY, MU_ROW_CUT, MU_ROW_BACK };

struct mu_row {
    size_t line;
    enum mu_row_act act;
    bool prelude;
    int64_t at_ms;
    const char *sender;
    const char **words; /* as after `muster say`; `;` alone parts events */
    size_t word_count;
};

/* How a played seat behaves by itself. */
struct mu_seat_rule {
    size_t line;
    const char *agency;
    bool never;             /* acknowledges nothing by itself */
    int64_t acknowledge_ms; /* log time */
    int64_t accept_ms;
};
#define MU_SEAT_DELAY_MS (2 * MU_MINUTE_MS)

struct mu_script {
    struct mu_row *rows;
    size_t row_count;
    struct mu_seat_rule *seats;
    size_t seat_count;
    mu_arena arena; /* holds all of it */
};

/* Read a script. `mistake->file` is set by the caller. End with mu_script_free, also after an error.
 * Errors: MU_E_USAGE a row without its three columns, or a directive nobody knows; MU_E_BAD_VALUE a
 * clock or a value; MU_E_BAD_TEXT; MU_E_MALFORMED a quote left open; MU_E_TOO_MANY; MU_E_NO_MEMORY. */
MU_MUST_USE enum mu_err mu_script_read(struct mu_bytes text, const struct mu_hours *hours,
                                       struct mu_script *out, struct mu_mistake *mistake);
void mu_script_free(struct mu_script *script);

/* The rule of this seat; the default when the script has none. */
struct mu_seat_rule mu_script_seat(const struct mu_script *script, const char *agency);

#endif
