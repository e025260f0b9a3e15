/* A program that answers the record: it folds every entry, and says what the picture asks for. Supply
 * and the coordinator are two; what they share is here.
 *
 * The usual path: follow from the first entry, fold; once everything recorded is folded and nothing of
 * one's own waits in the spool, be ready; from then on answer after each entry. Until it is ready it
 * says nothing: only then does the picture hold all it ever said, so that a start after any crash
 * repeats nothing and forgets nothing. A cut link makes it unready; what was missed is folded first. When
 * the record was restored from a backup it puts a new start of itself in its own place.
 */
#ifndef MU_SDK_RESPONDER_H
#define MU_SDK_RESPONDER_H

#include "agents/sdk/muster.h"

typedef struct mu_responder mu_responder;

struct mu_responder_plan {
    const char *program;  /* "muster-supply" */
    const char *about;    /* one sentence for --help */
    const char *about_zh; /* the same in Chinese; NULL: there is none */
    const char *filter;   /* what it follows */
    /* Kinds it says (MUSTER__EVENT__BODY_...), up to a 0; NULL: none. One whose key may say none of them
     * refuses to run. */
    const uint32_t *says;
    /* Take the entry into the picture. */
    enum mu_err (*fold)(void *user, const struct mu_entry *entry);
    /* Say what is missing now, with mu_responder_say. `entry` is the one just folded; NULL when it has
     * become ready. */
    enum mu_err (*answer)(void *user, mu_responder *responder, const struct mu_entry *entry);
    void *user;
};

/* The program: reads --dir and --endpoint, runs until SIGTERM or SIGINT. Returns its exit status: 4 when the
 * directory was made for another program, or its key may say nothing of what this one is for. */
int mu_responder_run(const struct mu_responder_plan *plan, int argc, char **argv);

/* The envelope of an answer to what `of` is the envelope of: its incident, area and status; a new
 * version of `object`, computed here, said at `now_ms`. Lends the strings of its arguments. */
void mu_responder_envelope(const mu_responder *responder, const Muster__Envelope *of,
                           const char *object, int64_t now_ms, Muster__Envelope *envelope);
/* Keep these events as one say. A refusal by our own check is told and returned. */
MU_MUST_USE enum mu_err mu_responder_say(mu_responder *responder,
                                         const Muster__Event *const *events, size_t count);
/* Lent for the call. */
mu_agent *mu_responder_agent(mu_responder *responder);

#endif
