/* Saying one thing, from words to the broker's answer; what say, report and decide share.
 *
 * The usual path: open, read words into a saying, mu_voice_say. Without a line to the broker the
 * statement is kept in the spool and goes out with the next command that finds the broker; only what
 * cites the record has to wait for it.
 */
#ifndef MU_CLI_VOICE_H
#define MU_CLI_VOICE_H

#include "agents/cli/county.h"
#include "agents/cli/show/render.h"
#include "agents/cli/talk.h"
#include "proto/picture/picture.h"
#include "proto/wire/say.h"

struct mu_voice {
    struct mu_cli *cli;
    struct mu_talk talk;
    struct mu_county county;
    bool reached;        /* the broker answers */
    enum mu_err why;     /* when it does not */
    mu_picture *picture; /* folded once something must be looked up; NULL before */
    mu_names *names;     /* learnt on the way */
    mu_arena arena;
    struct mu_fault fault;
    struct mu_assign how; /* for mu_say_read and the like */
};

/* Open the agent, try the broker for a moment, learn the county. Returns an exit code. */
int mu_voice_open(struct mu_voice *voice, struct mu_cli *cli, bool wait);
void mu_voice_close(struct mu_voice *voice);

/* Fold the record, once. Explained. Returns an exit code. */
int mu_voice_look(struct mu_voice *voice);

/* The two halves of mu_voice_say: fill and resolve; keep, wait and print. */
int mu_voice_prepare(struct mu_voice *voice, struct mu_saying *saying);
int mu_voice_send(struct mu_voice *voice, const struct mu_saying *saying, bool wait);

/* Fill, resolve, keep, wait for the answer (at most two seconds; with `wait` the whole time-out) and
 * print what became of it. Returns an exit code. */
int mu_voice_say(struct mu_voice *voice, struct mu_saying *saying, bool wait);

/* Explain why words could not be read. Returns an exit code. */
int mu_voice_explain(const struct mu_voice *voice, enum mu_err err, uint32_t kind);

#endif
