/* The played agencies' sessions, all turned by one thread, and what the record answers them.
 *
 * What is said is journalled when its acceptance has been verified; the first refusal is kept, with the
 * file and line that said it. A session whose link is cut keeps what it is given and is not turned.
 */
#ifndef MU_PLAYER_STAGE_H
#define MU_PLAYER_STAGE_H

#include <stdio.h>

#include "agents/player/event.h"
#include "agents/player/ledger.h"
#include "agents/player/seats.h"
#include "agents/sdk/muster.h"

struct mu_stage_options {
    const char *agents_dir; /* an agent directory per agency: agents_dir/CODE */
    const char *admin_dir;  /* the administrator's */
    FILE *journal;   /* NULL: none. One line per answer: number, leaf, agency, lane, sequence */
    int patience_ms; /* the longest wait during which nothing at all happens */
};

typedef struct mu_stage mu_stage;

/* Opens every session and waits for their links. `play` is lent as long as the stage.
 * Errors: those of mu_agent_open, `about` (PATH_MAX) names the directory; MU_E_UNREACHABLE,
 * MU_E_TIMEOUT, what the broker refused a link for. */
MU_MUST_USE enum mu_err mu_stage_open(const struct mu_play *play,
                                      const struct mu_stage_options *options, mu_stage **out,
                                      char *about);
void mu_stage_close(mu_stage **stage);
/* The agencies' desks are manned: each session follows the whole record and states what it was handed. What
 * was recorded before comes in one piece. */
MU_MUST_USE enum mu_err mu_stage_desks(mu_stage *stage);

/* Keep an event of `agency` ("admin": the administrator) in its spool; `file` and `line` said it. */
MU_MUST_USE enum mu_err mu_stage_say(mu_stage *stage, const char *agency,
                                     const Muster__Event *event, const char *file, size_t line);

/* Wait for one thing, turning everything meanwhile.
 * Errors: MU_E_TIMEOUT when nothing happened for `patience_ms`; a refusal's code, see
 * mu_stage_refusal; errors of the machine. */
/* Until all that was said by sessions with a link is accepted and read back. */
MU_MUST_USE enum mu_err mu_stage_settle(mu_stage *stage);
/* Until every program has folded the record to its end and has nothing waiting. */
MU_MUST_USE enum mu_err mu_stage_rest(mu_stage *stage);
/* Until that card is open. It is no error when nothing happens any more and it is not. */
MU_MUST_USE enum mu_err mu_stage_card(mu_stage *stage, uint32_t rule, const char *subject);
/* Until the log clock stands at `log_ms` or later; a stepped one is asked to go there, and may stop
 * before, at a tick. */
MU_MUST_USE enum mu_err mu_stage_hop(mu_stage *stage, int64_t log_ms, bool stepped);

/* The first refusal: true, with file, line, code and field. */
bool mu_stage_refusal(const mu_stage *stage, struct mu_mistake *mistake);

void mu_stage_cut(mu_stage *stage, const char *agency, bool cut);
int64_t mu_stage_now_ms(const mu_stage *stage);
/* All entries up to this number have been read. */
uint64_t mu_stage_through(const mu_stage *stage);
/* The name under which an agency speaks: for "admin" that of the administrator's directory. */
const char *mu_stage_voice(const mu_stage *stage, const char *agency);
struct mu_say_resolver mu_stage_resolver(mu_stage *stage);
mu_seats *mu_stage_seats(mu_stage *stage);

#endif
