/* An invitation while it stands, on the admin's machine.
 *
 *   invite.c         the command: options, the door opened, one turn after the other, the end
 *   invite_hear.c    what the newcomer says, and what it is told
 *   invite_ask.c     the admin's yes or no
 *   invite_seal.c    the enrolment, with its certificate
 *   invite_rotate.c  the same for a new key of a seat there is already
 */
#ifndef MU_CLI_INVITE_H
#define MU_CLI_INVITE_H

#include "agents/cli/enrol/ca.h"
#include "agents/cli/enrol/enrolment.h"
#include "agents/cli/enrol/rolls.h"
#include "agents/sdk/home.h"
#include "proto/sign/join.h"
#include "proto/wire/join.h"

#define MU_INVITE_QUEUE 8u

enum mu_invite_stage {
    MU_INVITE_OPENING,
    MU_INVITE_WAITING,    /* nobody has come */
    MU_INVITE_CHALLENGED, /* somebody has, bound to a request we have not seen */
    MU_INVITE_ASKING,     /* the words are shown */
    MU_INVITE_ANSWERED,   /* enrolled; that machine has not said that it has the answer */
    MU_INVITE_DONE,       /* `code` is the exit code */
};

/* One JOIN frame heard, kept until the turn is over: what it asks for may take turns of its own. */
struct mu_invite_said {
    uint8_t what;
    uint32_t value;
    size_t size;
    uint8_t payload[MU_JOIN_BYTES_MAX];
};

struct mu_invite {
    struct mu_cli *cli;
    struct mu_voice voice;
    struct mu_terms terms;
    const char *agency, *endpoint, *ca_path, *expect;
    int64_t valid_s;
    bool yes, no_input;
    bool replaces; /* a new key for the seat of `old`, on the same terms */
    struct mu_agent_id old;
    const char *agent_hex;         /* which of the agency's, when it has several */
    bool own, county_ca;           /* no machine's: this admin's own key, or the county CA */
    const char *reason;            /* of those two */
    const Muster__Enrolment *seat; /* the enrolment of `old`, in the arena */

    mu_roster *roster;
    struct mu_ca ca;
    char code[MU_CODE_BYTES];
    uint32_t id;
    enum mu_invite_stage stage;
    int exit;
    int64_t until_ms; /* machine time: of OPENED, or of TAKEN */

    struct mu_invite_said queue[MU_INVITE_QUEUE];
    size_t queued;

    struct mu_hash commitment;
    uint8_t challenge[MU_JOIN_BYTES_MAX], request[MU_JOIN_BYTES_MAX];
    size_t challenge_size, request_size;
    uint16_t words[MU_CHECK_WORDS];
    const Muster__Enrolment *wanted; /* in the arena */
    unsigned asked;                  /* how often words were shown */
    char reply[256];
    size_t reply_size;
    int reply_fd;
};

/* Ends it with this exit code. */
int mu_invite_end(struct mu_invite *invite, int code);
/* Ends it, telling the newcomer and the broker why. */
void mu_invite_shut(struct mu_invite *invite, enum mu_err why);
/* A message to the newcomer. */
void mu_invite_pass(struct mu_invite *invite, const struct mu_writer *w);

/* invite_hear.c: one message of the newcomer; empty: it is gone. */
void mu_invite_hear(struct mu_invite *invite, struct mu_bytes message);

/* invite_ask.c: show the words and begin to ask; and see whether there is an answer. */
void mu_invite_ask(struct mu_invite *invite);
void mu_invite_look_for_reply(struct mu_invite *invite);

/* invite_seal.c: the enrolment into the record, the answer to the newcomer. */
void mu_invite_seal(struct mu_invite *invite);

/* invite_rotate.c: whose key is replaced; and its end, once the new one is in. */
int mu_invite_find_seat(struct mu_invite *invite);
void mu_invite_keep_terms(const struct mu_invite *invite, Muster__Enrolment *enrolment);
int mu_invite_retire_old(struct mu_invite *invite);

/* "tcp://qh-eoc:7400": its host, or this machine's name for one that means only itself; and its port. */
void mu_invite_host(const char *endpoint, char *host, size_t size);
const char *mu_invite_port(const char *endpoint);

#endif
