/* A row of the script, or an object of the reference, as an event: by the words after `muster say`. */
#ifndef MU_PLAYER_EVENT_H
#define MU_PLAYER_EVENT_H

#include "agents/player/reference.h"
#include "agents/player/script.h"
#include "proto/wire/say.h"

/* What the two files are, and where mistakes in them go. */
struct mu_play {
    const char *reference_file, *script_file;
    struct mu_reference reference;
    struct mu_script script;
};

/* The object as an event without its references. Lends from `arena`.
 * Errors: MU_E_NO_KIND, MU_E_ABSENT, MU_E_BAD_VALUE, MU_E_NO_MEMORY: `mistake` says where. */
MU_MUST_USE enum mu_err mu_play_object(const struct mu_play *play,
                                       const struct mu_place_object *object, mu_arena *arena,
                                       struct mu_saying *out, struct mu_mistake *mistake);
/* The next event of a row, from word *at on; *at moves behind it. MU_E_ABSENT with *at at the end:
 * there is no more. Else as above. */
MU_MUST_USE enum mu_err mu_play_row(const struct mu_play *play, const struct mu_row *row,
                                    size_t *at, mu_arena *arena, struct mu_saying *out,
                                    struct mu_mistake *mistake);

/* Fill in what the sender's place knows and what the record knows; then check it as the broker will.
 * `agency` speaks at log time `now_ms`; `line` is for mistakes.
 * Errors: those of mu_say_resolve and mu_event_check. */
MU_MUST_USE enum mu_err mu_play_finish(const struct mu_play *play, struct mu_saying *said,
                                       const char *agency, int64_t now_ms,
                                       const struct mu_say_resolver *resolver, mu_arena *arena,
                                       size_t line, struct mu_mistake *mistake);

/* Every row and object, as far as it can be judged without a record: what passes fails later only
 * for what the record says. */
MU_MUST_USE enum mu_err mu_play_check(const struct mu_play *play, struct mu_mistake *mistake);

#endif
